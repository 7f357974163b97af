// Debian's Chromium, shown a folder as if it were served at an address: nothing else can be reached.

import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const TYPES = { ".html": "text/html; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp", ".avif": "image/avif" };

export async function launch() {
  const executablePath = process.env.CHROMIUM || "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: FLAGS });
}

// A page of that size and colour scheme, which finds what is below `address` in `folder`.
export async function open(browser, folder, address, { width = 1280, height = 900, scheme = "light", scale = 1 } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, deviceScaleFactor: scale, bypassCSP: true });
  const page = await context.newPage();
  await page.route("**/*", async (route) => {
    const wanted = route.request().url();
    if (!wanted.startsWith(address)) return route.abort();
    const { pathname } = new URL(wanted);
    let file = path.join(folder, decodeURIComponent(pathname.slice(new URL(address).pathname.length)));
    try {
      if ((await stat(file)).isDirectory()) file = path.join(file, "index.html");
      return await route.fulfill({ body: await readFile(file), contentType: TYPES[path.extname(file).toLowerCase()] });
    } catch {
      return route.fulfill({ status: 404, body: "" });
    }
  });
  return page;
}
