/** Builds `dist/widget.js`: one classic script, styles included, that any page can load. */
import { defineConfig } from "vite";

export default defineConfig({
  publicDir: false,
  // Pages in any encoding load the script: nothing in it may depend on theirs.
  esbuild: { charset: "ascii" },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    lib: {
      entry: "widget/src/main.ts",
      formats: ["iife"],
      name: "NitkaWidget",
      fileName: () => "widget.js",
    },
    reportCompressedSize: false,
  },
});
