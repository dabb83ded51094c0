/** Builds `dist/widget.js`: one classic script, styles included, that any page can load. */
import { defineConfig } from "vite";

export default defineConfig({
  publicDir: false,
  // Pages in any encoding load the script: nothing in it may depend on theirs.
  esbuild: { charset: "ascii", legalComments: "inline" },
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
    rollupOptions: {
      output: { banner: "/*! Nitka, Apache-2.0. QR codes: lean-qr, (c) David Evans, MIT. */" },
    },
  },
});
