// Pictures of a page in light and dark at several widths: node pictures.mjs FOLDER ADDRESS PATH TARGET
// Fails where something is wider than the screen, or is cut off within its box.

import { launch, open } from "./browser.mjs";

const WIDTHS = [375, 640];
// What a README shows: the upper part, sharp on any screen.
const UPPER = [
  { name: "light", width: 640, height: 1100, scheme: "light" },
  { name: "dark", width: 375, height: 1100, scheme: "dark" },
];

const [folder, address, path, target] = process.argv.slice(2);
const browser = await launch();
const faults = [];

// Runs in the page: the elements that stick out of the screen, and those that hide a part of what they hold.
function misfits() {
  const wide = document.documentElement.clientWidth;
  const out = document.documentElement.scrollWidth > wide ? [`the page is ${document.documentElement.scrollWidth} pixels wide`] : [];
  for (const element of document.body.querySelectorAll("*")) {
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    if (style.display === "none" || !box.width || element.closest(".preheader")) continue;
    const name = `<${element.localName} class="${element.className}">`;
    if ((box.right > wide + 1 || box.left < -1) && !element.closest(".scroll")) out.push(`${name} reaches from ${box.left} to ${box.right}`);
    if (["hidden", "clip", "auto", "scroll"].includes(style.overflowX) && element.scrollWidth > element.clientWidth + 1) out.push(`${name} has room for ${element.clientWidth} of ${element.scrollWidth} pixels`);
  }
  return out;
}

for (const width of WIDTHS) {
  for (const scheme of ["light", "dark"]) {
    const page = await open(browser, folder, address, { width, scheme });
    await page.goto(address + path);
    faults.push(...(await page.evaluate(misfits)).map((fault) => `${target} at ${width} in ${scheme}: ${fault}`));
    await page.screenshot({ path: `${target}-${width}-${scheme}.png`, fullPage: true });
    await page.context().close();
  }
}
for (const { name, ...size } of UPPER) {
  const page = await open(browser, folder, address, { ...size, scale: 2 });
  await page.goto(address + path);
  await page.screenshot({ path: `${target}-upper-${name}.png` });
  await page.context().close();
}
await browser.close();
if (faults.length) {
  console.error(faults.join("\n"));
  process.exit(1);
}
