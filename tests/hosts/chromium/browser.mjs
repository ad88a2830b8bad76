// Chromium, as the system has it.
import { chromium } from "playwright-core";
import { program } from "../lab.mjs";

export const launch = () => chromium.launch({ executablePath: program("chromium", "chromium-browser", "google-chrome"), args: ["--no-sandbox"] });
