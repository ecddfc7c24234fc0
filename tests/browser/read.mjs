// Usage: node read.mjs FILE [queries]
// Opens an HTML report, every finding and query in it, and prints what the page then says: a JSON list a line, path, line and text of
// each finding, or of each query. What the page shouldn't have done comes before, a line each.
import { browser, open } from "./page.mjs";

const allowed = new Set(("html head meta title style body noscript main script header h1 h2 h3 p nav a button section div input select option label details " +
  "summary span code pre ol ul li figure figcaption svg g line text polyline circle table thead tbody tr th td article footer kbd").split(" "));

/** In the page: the findings as the other formats word them. */
function said(cards) {
  const text = (node, selector) => node.querySelector(selector)?.textContent ?? "";
  return cards.map((card) => {
    const lines = [text(card, ".message")];
    for (const panel of card.querySelectorAll(".panel")) {
      const growth = text(panel, "h3 .badge");
      lines.push(`${panel.querySelector("h3").firstChild.textContent}: ${text(panel, ".cost")}${growth ? `, ${growth} growth` : ""}`);
      for (const step of panel.querySelectorAll(".step code")) lines.push(`  ${step.textContent}`);
    }
    for (const part of card.querySelectorAll(".labelled")) {
      const name = text(part, ".name");
      if (name === "cause" || name === "fix") lines.push(`${name}: ${part.lastChild.textContent}`);
    }
    const [, path, line] = /^(.*):(\d+):\d+$/s.exec(text(card, ".place"));
    return [path, Number(line), lines.join("\n")];
  });
}

/** In the page: the queries that are open, at their first place. */
function asked(details) {
  return details.map((detail) => {
    const [, path, line] = /^(.*):(\d+)$/s.exec(detail.querySelector(".labelled li code").textContent);
    return [path, Number(line), detail.querySelector("pre").textContent];
  });
}

const [file, what] = process.argv.slice(2);
const instance = await browser();
const { page, complaints } = await open(instance, file);
for (const summary of await page.$$("details:not([open]) > summary")) await summary.evaluate((node) => node.click());
for (const toggle of await page.$$(".toggle")) await toggle.evaluate((node) => node.click());
for (const name of await page.$$eval("*", (nodes) => [...new Set(nodes.map((node) => node.localName))]))
  if (!allowed.has(name)) complaints.push(`element: ${name}`);
if ((await page.$$("#report > header")).length !== 1) complaints.push("no report");
const found = what === "queries" ? await page.$$eval("#workload .detail", asked) : await page.$$eval("#findings .finding", said);
for (const line of complaints) console.log(line);
for (const each of found) console.log(`[${each.map((part) => JSON.stringify(part)).join(", ")}]`);
await instance.close();
