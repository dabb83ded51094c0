/**
 * Compresses what the build has made, once and as small as it gets: `x.js.br` and `x.js.gz` beside
 * `x.js`. The service gives them to browsers that take them.
 */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const TEXTS = /\.(?:js|css|html|svg)$/;
const WORTH_BYTES = 1024;

for (const name of readdirSync("dist", { recursive: true })) {
  if (!TEXTS.test(name)) continue;
  const file = join("dist", name);
  const source = readFileSync(file);
  if (source.length < WORTH_BYTES) continue;
  const size = { [constants.BROTLI_PARAM_SIZE_HINT]: source.length };
  writeFileSync(`${file}.br`, brotliCompressSync(source, { params: size }));
  writeFileSync(`${file}.gz`, gzipSync(source, { level: 9 }));
}
