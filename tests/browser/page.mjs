// An HTML report in Debian's Chromium, as somebody opens it from a folder. Everything that a report must never do is written down:
// a word on the console, an error, a dialog, a request for anything but the file.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(new URL("../node/package.json", import.meta.url));
const { chromium } = require("playwright-core");

/** Where a package of tests/node has its main file. */
export const resolve = require.resolve;

/** A browser; root, as which CI runs, needs it without its sandbox. */
export function browser() {
  const args = process.getuid() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args });
}

/** The page of `file`, and `complaints`, a list that grows with what the page shouldn't have done. */
export async function open(instance, file, options = {}) {
  const page = await instance.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  const url = pathToFileURL(file).href;
  const complaints = [];
  page.on("console", (message) => complaints.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url() !== url) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints };
}
