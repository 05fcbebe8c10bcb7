// Opens every page of a dashboard in a real browser: in four widths and both themes, with axe-core looking for what keeps people
// out, and without any request to elsewhere. `node look.mjs LINK FOLDER` writes pictures into FOLDER.
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const require = createRequire(join(process.env.LEASEHOLD_NODE_MODULES ?? process.cwd(), "x.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const [link, folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const origin = new URL(link).origin;
const problems = [];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const context = await browser.newContext({ bypassCSP: false });
const page = await context.newPage();
page.on("console", (message) => message.type() === "error" && problems.push(`console: ${message.text()}`));
page.on("pageerror", (error) => problems.push(`script: ${error}`));
page.on("request", (request) => request.url().startsWith(origin) || problems.push(`elsewhere: ${request.url()}`));

async function look(name, widths, themes) {
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

await page.goto(`${origin}/`);
if (!page.url().endsWith("/sign-in")) problems.push("a page is shown to one who has not signed in");
await look("sign-in", [360, 1280], ["light", "dark"]);
await accessible("sign-in");
await page.goto(link);
await page.waitForURL(`${origin}/`);

const pages = { overview: "/", clients: "/clients", events: "/events", copies: "/copies", seals: "/seals", settings: "/settings?doctor=yes", audit: "/audit" };
const all = [360, 768, 1280, 3840];
const widths = (process.env.WIDTHS ?? all.join(",")).split(",").map(Number);
for (const [name, path] of Object.entries(pages)) {
  await page.goto(origin + path);
  await look(name, widths, ["light", "dark"]);
  for (const theme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: theme });
    await accessible(`${name} (${theme})`);
  }
}
await page.goto(`${origin}/clients`);
const first = page.locator("tbody a").first();
if (await first.count()) {
  await first.click();
  await look("client", widths, ["light", "dark"]);
  await accessible("client");
  const end = page.getByRole("link", { name: "End it" });
  if (await end.count()) {
    await end.first().click();
    await look("confirm", [360, 1280], ["light", "dark"]);
    await accessible("confirm");
  }
}
await page.emulateMedia({ media: "print" });
await page.goto(`${origin}/`);
await page.pdf({ path: join(folder, "overview.pdf") }).catch(() => {});
await browser.close();
for (const problem of problems) console.log(problem);
process.exit(problems.length ? 1 : 0);
