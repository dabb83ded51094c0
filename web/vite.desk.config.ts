/** Builds the staff desk into `dist/desk/`, served at `/desk`. */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({
  root: "desk",
  base: "/desk/",
  publicDir: false,
  plugins: [svelte({ configFile: false })],
  build: {
    outDir: "../dist/desk",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
