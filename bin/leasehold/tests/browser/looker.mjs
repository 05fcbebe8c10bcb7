// Looks at pages in a real browser: in four widths and both themes, with axe-core looking for what keeps people out, and without any
// request to elsewhere. Pictures are left in a folder.
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const require = createRequire(join(process.env.LEASEHOLD_NODE_MODULES ?? process.cwd(), "x.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const all = [360, 768, 1280, 3840];
export const widths = (process.env.WIDTHS ?? all.join(",")).split(",").map(Number);
export const themes = ["light", "dark"];

export async function open(origin, folder, options = {}) {
  mkdirSync(folder, { recursive: true });
  const problems = [];
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  const context = await browser.newContext({ bypassCSP: false, ...options });
  const page = await context.newPage();
  // The browser writes of a page that is refused, too.
  let refused;
  const isRefused = (message) => message.text().includes("status of 403") && message.location().url === refused;
  page.on("console", (message) => message.type() === "error" && !isRefused(message) && problems.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => problems.push(`script: ${error}`));
  page.on("request", (request) => request.url().startsWith(origin) || problems.push(`elsewhere: ${request.url()}`));

  // From now on the page of this address may be refused, none where there is no address.
  function mayBeRefused(address) {
    refused = address;
  }

  async function look(name, widths) {
    for (const width of widths) {
      for (const theme of themes) {
        await page.emulateMedia({ colorScheme: theme });
        await page.setViewportSize({ width, height: Math.round(Math.max(width * 0.6, 700)) });
        await page.waitForTimeout(60);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) problems.push(`${name} at ${width}: ${wide} px too wide`);
        await page.screenshot({ path: join(folder, `${name}-${width}-${theme}.png`), fullPage: width < 3000 });
      }
    }
    for (const theme of themes) {
      await page.emulateMedia({ colorScheme: theme });
      await accessible(`${name} (${theme})`);
    }
  }

  // The policy of the pages keeps scripts out that are not theirs: axe comes in through the debugger.
  async function accessible(name) {
    const session = await context.newCDPSession(page);
    await session.send("Runtime.evaluate", { expression: axe });
    const { result } = await session.send("Runtime.evaluate", {
      expression: "axe.run().then((found) => JSON.stringify(found.violations.map((v) => [v.id, v.help, v.nodes.map((n) => n.target.join(' ')).slice(0, 3)])))",
      awaitPromise: true, returnByValue: true,
    });
    for (const violation of JSON.parse(result.value)) problems.push(`${name}: ${JSON.stringify(violation)}`);
    await session.detach();
  }

  // Prints the page, and ends with 1 where something is wrong.
  async function end(printed) {
    await page.emulateMedia({ media: "print" });
    await page.goto(`${origin}/`);
    await page.pdf({ path: join(folder, printed) }).catch(() => {});
    await browser.close();
    for (const problem of problems) console.log(problem);
    process.exit(problems.length ? 1 : 0);
  }

  return { page, look, mayBeRefused, problems, end };
}

// Keyboard alone: the first thing that Tab reaches skips the navigation, and every control that it reaches is seen.
export async function byKeyboard(page, problems, name) {
  await page.keyboard.press("Tab");
  const first = await page.evaluate(() => document.activeElement.className);
  if (first !== "skip") problems.push(`${name}: Tab first reaches ${first}`);
  for (let step = 0; step < 12; step += 1) {
    await page.keyboard.press("Tab");
    const outline = await page.evaluate(() => {
      const own = document.activeElement;
      return own === document.body ? "none there" : getComputedStyle(own).outlineStyle;
    });
    if (outline === "none") problems.push(`${name}: what Tab has reached is not seen`);
  }
}
