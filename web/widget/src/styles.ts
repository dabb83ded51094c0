/** The widget's styles as constructed sheets: no style element, so strict page policies allow them. */

import base from "./styles/base.css?inline";
import composer from "./styles/composer.css?inline";
import messages from "./styles/messages.css?inline";
import panel from "./styles/panel.css?inline";
import parts from "./styles/parts.css?inline";
import sheet from "./styles/sheet.css?inline";

export function styles(): CSSStyleSheet[] {
  return [base, panel, messages, parts, composer, sheet].map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
}
