/** Builds the demo shop's page into `dist/demo/`; the service shows it at `/`, its assets under `/demo/`. */
import { defineConfig } from "vite";

export default defineConfig({
  root: "demo",
  base: "/demo/",
  publicDir: false,
  build: {
    outDir: "../dist/demo",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
