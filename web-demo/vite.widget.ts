// The widget by itself, with names that a portal can write down: dist/widget/ is the folder to copy.
import { join } from "node:path";
import { defineConfig } from "vite";
import { finish, policy } from "./vite.plugins";

export default defineConfig({
  base: "./",
  publicDir: false,
  plugins: [policy, finish],
  build: {
    target: "es2022",
    emptyOutDir: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        portal: join(import.meta.dirname, "portal.html"),
        "lexgate-eligibility": join(import.meta.dirname, "src/widget/lexgate-eligibility.tsx"),
      },
      output: { entryFileNames: "widget/[name].js", chunkFileNames: "widget/[name].js", assetFileNames: "widget/[name][extname]" },
    },
  },
});
