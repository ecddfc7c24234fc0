// The report of the incident (fixtures/incident) in Chromium, used as a person does. INCIDENT: its file.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { browser, open, resolve } from "./page.mjs";

const file = process.env.INCIDENT;
let instance, page, complaints;

before(async () => { instance = await browser(); });
after(() => instance.close());
beforeEach(async () => { ({ page, complaints } = await open(instance, file, { colorScheme: "light" })); });
afterEach(async () => {
  assert.deepEqual(complaints, []);
  await page.close();
});

const places = () => page.$$eval("#findings .finding:not([hidden]) .place", (nodes) => nodes.map((node) => node.textContent));
const rows = (column) => page.$$eval(`#workload tbody tr:not(.detail) > td:nth-child(${column + 2})`, (cells) => cells.map((cell) => cell.textContent));
const sortBy = (name) => page.getByRole("columnheader", { name }).getByRole("button").click();
const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const numbers = (texts) => texts.map((text) => Number(text.replaceAll(",", "")));
/** Brightness of a colour as the browser gives it, 0 to 255. */
const brightness = (colour) => Math.max(...colour.match(/[\d.]+/g).slice(0, 3).map(Number));

test("it says at once what was found, with the plans of each finding", async () => {
  assert.match(await page.title(), /^explaingate: \d errors?/);
  assert.equal(await page.textContent(".verdict"), "failed");
  const found = await places();
  assert.deepEqual(found.map((each) => each.replace(/:\d+$/, "")).sort(), ["shop/customers.py:8", "shop/orders.py:19", "shop/reports.py:16", "shop/support.py:8"]);
  const card = page.locator(".finding", { hasText: "shop/support.py:8" });
  assert.equal(await card.locator(".source code").textContent(), '        "SELECT id, customer_id, placed_at, total_cents FROM orders WHERE reference = ?",');
  assert.equal(await card.locator(".step.gone code").textContent(), "SEARCH orders USING INDEX orders_by_reference (reference=?)");
  assert.equal(await card.locator(".step.come code").textContent(), "SCAN orders");
  assert.match(await card.textContent(), /migrations\/0003_order_notes\.sql:5: DROP INDEX orders_by_reference/);
});

test("plans stand side by side, and one below the other where there is no room", async () => {
  const panels = page.locator(".finding", { hasText: "shop/support.py:8" }).locator(".panel");
  const [left, right] = [await panels.nth(0).boundingBox(), await panels.nth(1).boundingBox()];
  assert.ok(left.y === right.y && left.x + left.width <= right.x, "side by side");
  await page.setViewportSize({ width: 480, height: 900 });
  const [upper, lower] = [await panels.nth(0).boundingBox(), await panels.nth(1).boundingBox()];
  assert.ok(upper.x === lower.x && upper.y + upper.height <= lower.y, "one below the other");
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is wider than the page");
});

test("a bar is as long as its step's rows are many, on one scale before and after", async () => {
  const bars = page.locator(".finding", { hasText: "shop/support.py:8" }).locator(".bar");
  const [past, now] = [await bars.nth(0).boundingBox(), await bars.nth(1).boundingBox()];
  assert.ok(now.width > 10 * past.width);
});

test("the curve of a scan rises, that of a search doesn't", async () => {
  const card = page.locator(".finding", { hasText: "shop/support.py:8" });
  const heights = async (name) => (await card.locator(`.series.${name} polyline`).getAttribute("points")).split(" ").map((point) => Number(point.split(",")[1]));
  const [past, now] = [await heights("before"), await heights("after")];
  assert.equal(new Set(past).size, 1);
  assert.ok(now.length === 3 && now[0] > now[1] && now[1] > now[2]);
  assert.ok(Math.abs(now[0] - now[1] - (now[1] - now[2])) < 1, "a straight line: linear growth");
  assert.match(await card.locator("svg").getAttribute("aria-label"), /^before \(constant\): 10 rows at ×1, .*; after \(linear\): .*10,000,000 rows at ×100; returned: /);
  assert.deepEqual((await card.locator("text.label").allTextContents()).slice(0, 2), ["before: constant", "after: linear"]);
});

test("findings are searched by words, by rule and by level", async () => {
  await page.fill("#search", "LOOP order_items");
  assert.deepEqual((await places()).map((each) => each.split(":")[0]), ["shop/orders.py"]);
  assert.equal(await page.textContent("#findings .shown"), "1 of 4 shown");
  await page.fill("#search", "");
  assert.equal((await places()).length, 4);
  await page.getByRole("combobox", { name: "Rule" }).selectOption("full-scan-growth");
  assert.deepEqual((await places()).map((each) => each.split(":")[0]), ["shop/reports.py"]);
  await page.getByRole("combobox", { name: "Rule" }).selectOption("");
  await page.locator("#findings .tools input[value=error]").uncheck();
  assert.equal(await page.locator("#findings .finding.error:visible").count(), 0);
  await page.locator("#findings .tools input[value=error]").check();
  assert.equal((await places()).length, 4);
});

test("findings close and open, one and all", async () => {
  const bodies = page.locator("#findings .body:visible");
  assert.equal(await bodies.count(), 4);
  await page.locator("#findings .finding summary").first().click();
  assert.equal(await bodies.count(), 3);
  await page.getByRole("button", { name: "Close all" }).click();
  assert.equal(await bodies.count(), 0);
  await page.getByRole("button", { name: "Open all" }).click();
  assert.equal(await bodies.count(), 4);
});

test("queries sort by each column, up and down", async () => {
  const examined = numbers(await rows(3));
  assert.ok(examined.length === 7 && examined.every((each, index) => index === 0 || examined[index - 1] >= each), "the costliest first");
  await sortBy("Rows examined");
  assert.deepEqual(numbers(await rows(3)), [...examined].sort((a, b) => a - b));
  assert.equal(await page.locator("#workload th[aria-sort=ascending]").textContent(), "Rows examined");
  await sortBy("Query");
  const texts = await rows(0);
  assert.deepEqual(texts, [...texts].sort());
  await sortBy("Query");
  assert.deepEqual(await rows(0), [...texts].reverse());
  await sortBy("Before");
  const past = await rows(2);
  assert.equal(past.at(-1), "", "a new query has none, and is last");
  assert.deepEqual(numbers(past.slice(0, -1)), numbers(past.slice(0, -1)).sort((a, b) => b - a));
});

test("queries are searched, and open to their plan", async () => {
  await page.getByLabel("Search queries").fill("orders.py");
  assert.equal((await rows(0)).length, 2);
  await page.getByLabel("Search queries").fill("lower(email)");
  assert.deepEqual(await rows(1), ["shop/customers.py:8"]);
  assert.deepEqual(await rows(6), ["1"]);
  const toggle = page.getByRole("button", { name: "plan of shop/customers.py:8" });
  await toggle.click();
  assert.equal(await toggle.getAttribute("aria-expanded"), "true");
  assert.match(await page.locator("#workload .detail:visible").textContent(), /SELECT id, name, email.*SCAN customers/s);
  await toggle.click();
  assert.equal(await page.locator("#workload .detail:visible").count(), 0);
  await page.getByLabel("Search queries").fill("");
  await page.getByLabel("only new or edited ones").check();
  assert.equal((await rows(0)).length, 3);
  await page.getByLabel("only new or edited ones").uncheck();
  await page.getByLabel("Growth").selectOption("linear");
  assert.equal((await rows(0)).length, 3);
});

test("an index that was tried is there to be copied, with what it did", async () => {
  assert.equal(await page.textContent("#advice pre"), "CREATE INDEX eg_orders_warehouse_placed_at ON orders(warehouse, placed_at);");
  assert.match(await page.textContent("#advice li"), /^shop\/reports\.py:16 in dispatched_since: 10,000,000 → \d rows examined linear → constantlevel 1: SEARCH orders USING INDEX eg_orders_warehouse_placed_at /);
});

test("the keyboard is enough", async () => {
  const focused = () => page.evaluate(() => document.activeElement.closest(".finding")?.querySelector(".place").textContent);
  const order = await places();
  await page.keyboard.press("j");
  assert.equal(await focused(), order[0]);
  await page.keyboard.press("j");
  assert.equal(await focused(), order[1]);
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("#findings .body:visible").count(), 3);
  await page.keyboard.press("k");
  assert.equal(await focused(), order[0]);
  await page.keyboard.press("/");
  await page.keyboard.type("jkt");
  assert.equal(await page.inputValue("#search"), "jkt", "letters in a field are letters");
  assert.equal((await places()).length, 0);
  await page.keyboard.press("Escape");
  assert.deepEqual(await places(), order, "the search is over");
  await page.keyboard.press("j");
  assert.equal(await focused(), order[0]);
});

test("light and dark, as the system is and by the switch", async () => {
  assert.ok(brightness(await ground()) > 200);
  await page.getByRole("button", { name: "Light / dark" }).click();
  assert.ok(brightness(await ground()) < 60);
  await page.keyboard.press("t");
  assert.ok(brightness(await ground()) > 200);
  const dark = await open(instance, file, { colorScheme: "dark" });
  const brightnesses = () => dark.page.evaluate(() => [document.body, document.querySelector(".message")].map((node, index) => getComputedStyle(node)[index ? "color" : "backgroundColor"]));
  let [paper, text] = (await brightnesses()).map(brightness);
  assert.ok(paper < 60 && text > 200);
  await dark.page.keyboard.press("t");
  [paper, text] = (await brightnesses()).map(brightness);
  assert.ok(paper > 200 && text < 60);
  assert.deepEqual(dark.complaints, []);
  await dark.page.close();
});

test("axe finds nothing that keeps somebody out, in either scheme", async () => {
  for (const scheme of ["light", "dark"]) {
    const { page: other } = await open(instance, file, { colorScheme: scheme });
    await other.evaluate(() => {
      for (const node of document.querySelectorAll("details")) node.open = true;
      document.querySelector(".toggle").click();
    });
    await other.evaluate(readFileSync(resolve("axe-core"), "utf8"));
    const violations = await other.evaluate(async () => (await axe.run()).violations.map((each) => `${each.id}: ${each.nodes[0].html}`));
    assert.deepEqual(violations, []);
    await other.close();
  }
});

test("on paper everything is open and light, and afterwards it is as before", async () => {
  await page.keyboard.press("t");
  await page.getByRole("button", { name: "Close all" }).click();
  await page.evaluate(() => addEventListener("beforeprint", () => { window.open = document.querySelectorAll("#findings details[open]").length; }));
  const paper = await page.pdf();
  assert.ok(paper.subarray(0, 5).toString() === "%PDF-");
  assert.equal(await page.evaluate(() => window.open), 4);
  assert.equal(await page.locator("#findings .body:visible").count(), 0);
  await page.emulateMedia({ media: "print" });
  assert.ok(brightness(await ground()) > 200);
  assert.equal(await page.locator("#findings .tools:visible").count(), 0);
});

test("even a script that got in could load nothing and make no mark-up", async () => {
  const outcome = await page.evaluate(async () => {
    const tried = {};
    for (const [name, how] of Object.entries({
      markup: () => { document.body.innerHTML = "<b>taken over</b>"; },
      request: () => fetch("data:text/plain,x"),
    })) {
      try {
        await how();
        tried[name] = "went through";
      } catch (error) {
        tried[name] = error.name;
      }
    }
    const script = document.createElement("script");
    script.append("window.taken = true");
    document.head.append(script);
    tried.script = window.taken;
    const style = document.createElement("style");
    style.textContent = "body { display: none }";
    document.head.append(style);
    tried.style = getComputedStyle(document.body).display;
    return tried;
  });
  assert.equal(outcome.markup, "TypeError");
  assert.equal(outcome.script, undefined);
  assert.equal(outcome.request, "TypeError");
  assert.equal(outcome.style, "block");
  assert.ok(complaints.length >= 3 && complaints.every((each) => /Content Security Policy|requires? '?Trusted|violat|Refused/i.test(each)), complaints.join("\n"));
  complaints.length = 0;
});
