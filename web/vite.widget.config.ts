/** Builds `dist/widget.js`: one classic script, styles included, that any page can load. */
import { defineConfig } from "vite";

export default defineConfig({
  publicDir: false,
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
