/**
 * The widget's only composition root: script tag → options → chat → view → `window.Nitka`.
 *
 * Loading the script twice gives one widget. The socket is opened when the visitor opens the chat,
 * or at once when there is a conversation to come back to. `nitka:ready` on the window tells the
 * page that `window.Nitka` is there; `nitka:identity-refused`, with the server's `code` and
 * `message` in its `detail`, that the visitor goes on without the identity the page gave.
 */

import { browserClock } from "./clock";
import { postTo, socketTo, tabLock, uploadTo } from "./browser";
import { Chat, LEFT } from "./chat";
import { pickLocale, type Locale } from "./i18n";
import { readOptions, type Options } from "./options";
import { Sessions, type Visitor } from "./session";
import { browserStorage, Drawer } from "./storage";
import { Widget } from "./view/widget";

/** What a page may do with the widget. */
export interface NitkaApi {
  /** Opens the chat; `text` is put into the field for the visitor to send. */
  open(text?: string): void;
  close(): void;
  /** Says who the visitor is, by a JWT that the site has signed; `null` takes it back. */
  identify(jwt: string | null): void;
  /** Speaks another language from now on: "en", "ru" or "pl". */
  setLocale(locale: string): void;
  /** Forgets the visitor on this browser, in all its tabs: for a site's own log-out. */
  logout(): void;
}

declare global {
  interface Window {
    Nitka?: NitkaApi;
  }
}

function localeFor(asked: string | null): Locale {
  return pickLocale([asked, document.documentElement.lang, ...navigator.languages]);
}

function makeSessions(options: Options, visitor: Visitor, drawer: Drawer): Sessions {
  const sessions = new Sessions(drawer, postTo(options.origin), visitor, tabLock);
  sessions.onRefused = (detail) => {
    console.warn(`Nitka: the identity was refused (${detail.code}); the chat goes on without it.`);
    window.dispatchEvent(new CustomEvent("nitka:identity-refused", { detail }));
  };
  return sessions;
}

function makeChat(options: Options, sessions: Sessions, drawer: Drawer): Chat {
  const post = postTo(options.origin);
  return new Chat({
    clock: browserClock,
    drawer,
    openSession: () => sessions.open(),
    dropToken: (token) => sessions.drop(token),
    openSocket: socketTo(options.origin),
    transfer: (token, file, progress) => uploadTo(options.origin, token, file, progress),
    askCode: (token) => post("/api/webchat/links", { token }),
  });
}

/** The network, the visitor and the other tabs move the chat along. */
function listen(chat: Chat, drawer: Drawer, widget: Widget, gone: () => void): void {
  window.addEventListener("online", () => chat.connection.wake());
  window.addEventListener("offline", () => chat.connection.restart());
  window.addEventListener("pageshow", () => chat.connection.wake());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") chat.connection.wake();
  });
  window.addEventListener("storage", (event) => {
    if (!event.key?.startsWith(drawer.prefix)) return;
    const name = event.key.slice(drawer.prefix.length);
    if (name.startsWith("out:")) chat.outbox.sync();
    else if (name === "read") chat.onChange();
    else if (name === LEFT && event.newValue !== null) gone();
    else if (name === "token" && event.newValue === null) {
      chat.left();
      if (widget.open || chat.hasPast()) chat.connection.start();
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (chat.uploads.list().some(({ failure }) => failure === undefined)) event.preventDefault();
  });
}

/** The page may change its language under us: follow it unless the tag has fixed one. */
function followPage(widget: Widget, fixed: () => string | null): void {
  const observer = new MutationObserver(() => widget.speak(localeFor(fixed())));
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["lang"] });
}

function start(tag: HTMLScriptElement): NitkaApi {
  const options = readOptions({ src: tag.src, dataset: tag.dataset }, window.location.origin);
  let asked = options.locale;
  const visitor: Visitor = {
    identity: options.identity,
    locale: () => localeFor(asked),
    page: () => options.page ?? window.location.href,
  };
  const drawer = new Drawer(
    browserStorage(() => window.localStorage),
    `nitka:${options.origin}:`,
  );
  const sessions = makeSessions(options, visitor, drawer);
  const chat = makeChat(options, sessions, drawer);
  const forgetVisitor = (): void => {
    visitor.identity = null;
    sessions.leave();
  };
  const widget = new Widget({
    chat,
    options,
    locale: localeFor(asked),
    draft: {
      read: () => {
        const held = drawer.get("draft");
        return typeof held === "string" ? held : "";
      },
      write: (text) => (text ? drawer.set("draft", text) : drawer.remove("draft")),
    },
    toggled: (open) => {
      if (open) chat.connection.start();
    },
  });
  listen(chat, drawer, widget, () => {
    forgetVisitor();
    chat.gone();
  });
  followPage(widget, () => asked);
  widget.mount();
  if (chat.hasPast() || visitor.identity) chat.connection.start();
  if (options.open) widget.show();
  return {
    open: (text) => widget.show(text),
    close: () => widget.hide(),
    identify: (jwt) => {
      visitor.identity = jwt;
      chat.connection.renew();
    },
    setLocale: (locale) => {
      asked = locale;
      widget.speak(localeFor(asked));
    },
    logout: () => {
      forgetVisitor();
      chat.logout();
    },
  };
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement && !window.Nitka) {
  const run = (): void => {
    window.Nitka ??= start(script);
    window.dispatchEvent(new Event("nitka:ready"));
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run);
  else run();
}
