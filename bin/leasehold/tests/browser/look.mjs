// Opens every page of a host's dashboard. `node look.mjs LINK FOLDER` writes pictures into FOLDER.
import { byKeyboard, open, widths } from "./looker.mjs";

const [link, folder] = process.argv.slice(2);
const origin = new URL(link).origin;
const { page, look, problems, end } = await open(origin, folder);

await page.goto(`${origin}/`);
if (!page.url().endsWith("/sign-in")) problems.push("a page is shown to one who has not signed in");
await look("sign-in", [360, 1280]);
await page.goto(link);
await page.waitForURL(`${origin}/`);
await byKeyboard(page, problems, "overview");

const pages = { overview: "/", clients: "/clients", events: "/events", copies: "/copies", users: "/users", seals: "/seals", settings: "/settings?doctor=yes", audit: "/audit" };
for (const [name, path] of Object.entries(pages)) {
  await page.goto(origin + path);
  await look(name, widths);
}
await page.goto(`${origin}/clients`);
const first = page.locator("tbody a").first();
if (await first.count()) {
  await first.click();
  await look("client", widths);
  const action = page.getByRole("link", { name: "End it" });
  if (await action.count()) {
    await action.first().click();
    await look("confirm", [360, 1280]);
  }
}
await page.goto(`${origin}/settings`);
await page.getByRole("link", { name: "Write a backup" }).click();
await page.getByRole("button", { name: "Write it" }).click();
if (!(await page.getByRole("status").textContent()).includes("backups")) problems.push("a backup without a folder does not say what to set");
await end("overview.pdf");
