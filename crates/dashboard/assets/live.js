// Part of Leasehold (MIT). Pages work without it: it keeps them up to date and saves a click.
"use strict";

// A one-time link is followed at once.
for (const form of document.querySelectorAll("form[data-send]")) form.requestSubmit();

// What has changed is fetched as the page that it is, and put in the place of what is shown, unless something is being typed or
// read there: a field or an open table.
async function refresh() {
  const shown = document.querySelector("[data-live]");
  const busy = shown && (shown.contains(document.activeElement) || shown.querySelector("details[open]"));
  if (!shown || busy || document.hidden) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-live]");
  if (fresh) shown.replaceWith(fresh);
}

if (document.querySelector("[data-live]")) {
  const source = new EventSource("/live");
  source.addEventListener("changed", () => refresh().catch(() => {}));
}
