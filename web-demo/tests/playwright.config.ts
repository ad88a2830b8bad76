import { defineConfig } from "@playwright/test";
import { existsSync } from "node:fs";
import { join } from "node:path";

const PORT = 4179;
const chromium = (process.env["PATH"] ?? "").split(":").flatMap((folder) => ["chromium", "chromium-browser", "google-chrome"].map((name) => join(folder, name))).find(existsSync);
if (chromium === undefined) {
  throw new Error("Chromium is not installed: run `cargo xtask setup`");
}

export default defineConfig({
  testDir: ".",
  outputDir: process.env["LEXGATE_TEST_OUTPUT"] ?? "../test-results",
  // Two cores, and times are printed: one page at once.
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    baseURL: `http://127.0.0.1:${PORT}/`,
    browserName: "chromium",
    launchOptions: { executablePath: chromium, args: ["--no-sandbox"] },
    viewport: { width: 1280, height: 900 },
    serviceWorkers: "block",
  },
  webServer: { command: `node serve.mjs dist ${PORT}`, cwd: join(import.meta.dirname, ".."), port: PORT, reuseExistingServer: false },
});
