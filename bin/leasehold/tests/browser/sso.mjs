// Signs in to a dashboard by an identity provider of another site, without and with script, and issues a product key.
// `node sso.mjs ORIGIN`
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.env.LEASEHOLD_NODE_MODULES ?? process.cwd(), "x.js"));
const { chromium } = require("playwright-core");
const origin = process.argv[2];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  for (const javaScriptEnabled of [false, true]) {
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    await page.goto(`${origin}/`);
    await page.getByRole("link", { name: /Sign in with localhost/ }).click();
    await page.locator("input[name=login]").fill("ann");
    await page.locator("input[name=password]").fill("x");
    await page.locator("button[type=submit]").click();
    const consent = page.getByRole("button", { name: "Continue" });
    await Promise.race([consent.waitFor(), page.waitForURL(`${origin}/**`)]);
    if (await consent.count()) await consent.click();
    await page.waitForURL(`${origin}/`);
    await page.getByText("signed in as ann").waitFor();
    if (!javaScriptEnabled) continue;
    await page.goto(`${origin}/issue?ask=yes&family=acme&kind=host&customer=Example+AG`);
    await page.getByRole("button", { name: "Issue it" }).click();
    await page.locator(".secret code").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  }
} finally {
  await browser.close();
}
