/**
 * Fails the build when the widget outgrows its promise: at most 31 kB gzipped, styles included.
 *
 * It was 25 kB until the talk could be continued elsewhere: that took 2 kB for drawing QR codes,
 * 3 kB for its words in three languages and 2 kB for the sheet that shows them. One classic script
 * has no chunks to load later, and a second file would be one more address to allow on every site.
 */
import { readFileSync, readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT_BYTES = 31_000;
const stray = readdirSync("dist").filter((name) => !["widget.js", "demo", "desk"].includes(name));
if (stray.length > 0) {
  console.error(`widget: the build must give one file, but dist/ also has ${stray.join(", ")}`);
  process.exit(1);
}
const source = readFileSync("dist/widget.js");
const size = gzipSync(source, { level: 9 }).length;
console.log(`widget.js: ${size} bytes gzipped of ${LIMIT_BYTES} allowed (${source.length} raw)`);
if (size > LIMIT_BYTES) {
  console.error("widget.js is over its size limit: take something out before adding more.");
  process.exit(1);
}
