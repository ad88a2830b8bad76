import { lezer } from "@lezer/generator/rollup";
import { defineConfig } from "vite";
import { policy } from "./vite.plugins";

export default defineConfig({
  base: "./",
  plugins: [lezer(), policy],
  worker: { format: "es" },
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
