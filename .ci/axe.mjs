// What axe-core has against pages, in light and in dark: node axe.mjs FOLDER ADDRESS PATH... prints JSON.

import { createRequire } from "node:module";
import { launch, open } from "./browser.mjs";

const [folder, address, ...paths] = process.argv.slice(2);
const engine = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const browser = await launch();
const found = [];
for (const scheme of ["light", "dark"]) {
  for (const width of [375, 1280]) {
    const page = await open(browser, folder, address, { width, scheme });
    for (const path of paths) {
      await page.goto(address + path);
      await page.addScriptTag({ path: engine });
      const { violations, passes } = await page.evaluate(() => globalThis.axe.run());
      found.push({
        path,
        scheme,
        width,
        passes: passes.length,
        violations: violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`) })),
      });
    }
    await page.context().close();
  }
}
await browser.close();
console.log(JSON.stringify(found));
