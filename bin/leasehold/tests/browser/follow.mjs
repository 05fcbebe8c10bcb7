// An administrator watches machines ask. `node follow.mjs LINK` signs in, prints `ready`, waits until the page says by itself that the
// threshold is met, finds a client, ends its lease, and is signed out.
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.env.LEASEHOLD_NODE_MODULES ?? process.cwd(), "x.js"));
const { chromium } = require("playwright-core");
const link = process.argv[2];
const origin = new URL(link).origin;
const sure = (holds, what) => {
  if (!holds) throw new Error(what);
};

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  const page = await browser.newPage();
  await page.goto(link);
  await page.waitForURL(`${origin}/`);
  await page.getByText("threshold not met").waitFor();
  await page.evaluate(() => { window.stays = true; });
  console.log("ready");
  await page.getByText("threshold met", { exact: true }).waitFor({ timeout: 60_000 });
  sure(await page.evaluate(() => window.stays === true), "the page was loaded anew");

  await page.getByRole("link", { name: "Clients" }).click();
  await page.getByLabel("Name, address or key").fill("MACHINE-5");
  await page.getByRole("button", { name: "Search" }).click();
  sure((await page.locator("tbody tr").count()) === 1, "one client is found");
  await page.getByRole("link", { name: "machine-5" }).click();
  await page.getByText("It is activated for acme-cad until").waitFor();
  await page.getByRole("link", { name: "End it" }).click();
  await page.getByText("End this lease?").waitFor();
  await page.getByRole("button", { name: "End the lease" }).click();
  await page.getByText("the lease has ended.").waitFor();
  await page.getByText("admin ended its lease").waitFor();

  // All of it works without script too.
  const plain = await browser.newContext({ javaScriptEnabled: false });
  await plain.addCookies(await page.context().cookies());
  const other = await plain.newPage();
  await other.goto(`${origin}/audit`);
  await other.getByText("lease-ended").waitFor();
  await other.getByRole("button", { name: "Sign out" }).click();
  await other.getByRole("heading", { name: "Sign in" }).waitFor();
} finally {
  await browser.close();
}
