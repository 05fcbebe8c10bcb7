// Opens every page of an authority's dashboard, issues a product key and revokes a host; all of it once more without script.
// `node authority.mjs LINK FOLDER OTHER` writes pictures into FOLDER; OTHER signs in one who may only issue.
import { byKeyboard, open, widths } from "./looker.mjs";

const [link, folder, other_link] = process.argv.slice(2);
const origin = new URL(link).origin;
const { page, look, mayBeRefused, problems, end } = await open(origin, folder);
const sure = (holds, what) => holds || problems.push(what);

await page.goto(`${origin}/keys`);
sure(page.url().endsWith("/sign-in"), "a page is shown to one who has not signed in");
await look("authority-sign-in", [360, 1280]);
await page.goto(link);
await page.waitForURL(`${origin}/`);
await byKeyboard(page, problems, "overview");
const areas = ["", "customers", "keys", "hosts", "directories", "usage", "catalogue", "revocations", "audit"];
for (const area of areas) {
  await page.goto(`${origin}/${area}`);
  await look(`authority-${area || "overview"}`, widths);
}
await page.goto(`${origin}/customers`);
await page.getByRole("link", { name: "Example AG" }).click();
await look("authority-customer", widths);

// A product key: described, asked, shown once.
await page.getByRole("link", { name: "Issue a product key" }).click();
sure((await page.getByLabel("Customer").inputValue()) === "Example AG", "the customer is known already");
await look("authority-issue", [360, 1280]);
await page.getByLabel("Kind").selectOption("multiple");
await page.getByRole("button", { name: "Continue" }).click();
await page.getByText("a multiple key needs the number of machines").waitFor();
sure((await page.evaluate(() => document.activeElement.id)) === "places", "the field that is wrong has the focus");
await look("authority-fault", [360, 1280]);
await page.getByLabel(/Hosts or machines/).fill("25");
await page.getByRole("button", { name: "Continue" }).click();
await page.getByText("it activates up to 25 machines").waitFor();
await look("authority-question", [360, 1280]);
await page.getByRole("link", { name: "Cancel" }).click();
sure((await page.getByLabel(/Hosts or machines/).inputValue()) === "25", "what was typed is gone after a look back");
await page.getByRole("button", { name: "Continue" }).click();
await page.getByRole("button", { name: "Issue it" }).click();
const key = await page.locator(".secret code").innerText();
sure(/^([A-Z0-9]{5}-){4}[A-Z0-9]{5}$/.test(key), `a product key is shown: ${key}`);
await look("authority-issued", [360, 1280]);
await page.getByRole("link", { name: "Show what it activates" }).click();
sure(!(await page.content()).includes(key), "the key is shown again");
await look("authority-key", widths);

await page.goto(`${origin}/keys?customer=none`);
await look("authority-none", [360, 1280]);
await page.getByRole("link", { name: "Show all" }).click();
sure((await page.locator("tbody tr").count()) > 1, "all product keys are shown again");

await page.goto(`${origin}/hosts`);
await page.locator("tbody th a").first().click();
await look("authority-host", widths);
await page.getByRole("link", { name: "Revoke it" }).click();
await page.getByRole("heading", { name: "Revoke this host or machine?" }).waitFor();
await page.getByRole("button", { name: "Revoke it" }).click();
await page.getByText("1 on the revocation list").waitFor();
await page.goto(`${origin}/audit`);
await page.getByText("admin:ann").first().waitFor();

const plain = await page.context().browser().newContext({ javaScriptEnabled: false });
await plain.addCookies(await page.context().cookies());
const other = await plain.newPage();
for (const area of areas) {
  const reply = await other.goto(`${origin}/${area}`);
  sure(reply.ok() && (await other.locator("main h1").count()) === 1, `/${area} is not there without script`);
}
await other.goto(`${origin}/customers`);
await other.getByRole("link", { name: "Example AG" }).click();
await other.getByRole("link", { name: "Issue a product key" }).click();
await other.getByRole("button", { name: "Continue" }).click();
await other.getByRole("button", { name: "Issue it" }).click();
sure(/^([A-Z0-9]{5}-){4}[A-Z0-9]{5}$/.test(await other.locator(".secret code").innerText()), "no key is issued without script");
await other.goto(`${origin}/hosts`);
await other.locator("tbody th a").last().click();
await other.getByRole("link", { name: "Revoke it" }).click();
await other.getByRole("button", { name: "Revoke it" }).click();
await other.getByText("1 on the revocation list").waitFor();
await plain.close();

const cookies = await page.context().cookies();
mayBeRefused(`${origin}/`);
await page.goto(other_link);
await page.getByText("That needs the role read").waitFor();
await look("authority-not-allowed", [360, 1280]);
mayBeRefused(undefined);
await page.getByRole("button", { name: "Sign out" }).click();
await page.waitForURL(`${origin}/sign-in`);
await page.context().addCookies(cookies);
await end("authority.pdf");
