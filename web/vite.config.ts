import { readdirSync } from "node:fs";
import { defineConfig } from "vite";

// Every page is an HTML file of this folder. Addresses in the build are relative, so that it works below any path.
export default defineConfig({
  base: "./",
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: readdirSync(import.meta.dirname).filter((name) => name.endsWith(".html")) },
  },
});
