"use strict";
// The page: findings, every query, indexes that were tried, what was not analysed. Findings and queries get their content when they
// are opened, so that a thousand of them cost little until then.

const data = JSON.parse(document.getElementById("data").textContent);
const kRowsAtOnce = 100;
const kOpenAtFirst = 10;
const kLevels = ["error", "warning", "info"];

const place = (site) => `${site.path}:${site.line}`;
const findings = data.findings.filter((finding) => !finding.listed_apart)
  .map((finding) => ({ ...finding, rank: kLevels.indexOf(finding.level), text: [finding.path, finding.rule, finding.message, finding.subject].join(" ").toLowerCase() }))
  .sort((a, b) => a.rank - b.rank);
const foundIn = new Map();
for (const finding of findings) foundIn.set(finding.query, (foundIn.get(finding.query) || 0) + 1);
const queries = data.workload.queries.map((query, number) => ({
  ...query,
  findings: foundIn.get(number) || 0,
  where: query.sites.map((site) => `${place(site)} ${site.function}`).join(" "),
}));

/** A `details` element whose content is made when it is first opened. */
function lazy(attributes, summary, make) {
  const node = element("details", attributes, summary);
  const fill = () => {
    if (node.open && node.children.length === 1) node.append(...make());
  };
  node.addEventListener("toggle", fill);
  node.fill = fill;
  return node;
}

function labelled(label, content) {
  return element("div", { class: "labelled" }, element("span", { class: "name" }, label), content);
}

function excerpt(finding) {
  if (finding.excerpt.length === 0) return null;
  return element("ol", { class: "source", start: finding.line, "aria-label": `source of ${place(finding)}` }, finding.excerpt.map((line, index) =>
    element("li", {}, element("span", { class: "number", "aria-hidden": "true" }, String(finding.line + index)), element("code", {}, line))));
}

/** Whether the source that is shown has the whole query. */
function isIn(text, lines) {
  const bare = (words) => words.replace(/\s+/g, "");
  return bare(lines.join("")).includes(bare(text));
}

function bodyOf(finding) {
  const about = data.about[finding.rule];
  const cause = finding.cause;
  const query = finding.query === null ? null : queries[finding.query];
  return [element("div", { class: "body" }, excerpt(finding), query && !isIn(query.text, finding.excerpt) ? labelled("query", element("pre", {}, query.text)) : null, plansOf(finding.before, finding.after),
    cause ? labelled("cause", element("code", {}, `${cause.path}:${cause.line}: ${cause.text}${cause.removed ? " (removed by this change)" : ""}`)) : null,
    finding.fix ? labelled("fix", element("code", {}, finding.fix)) : null,
    finding.reason ? labelled("waived", element("span", {}, finding.reason)) : null,
    labelled("rule", element("span", {}, element("code", {}, finding.rule), about && about.summary ? ` ${about.summary}` : "")),
    labelled("id", element("code", {}, finding.fingerprint)))];
}

function findingCard(finding, open) {
  const summary = element("summary", {},
    element("span", { class: `level ${finding.level}` }, finding.level), " ",
    element("code", { class: "place" }, `${place(finding)}:${finding.column}`), " ",
    element("span", { class: "rule" }, finding.rule),
    element("p", { class: "message" }, finding.message));
  const card = lazy({ class: `finding ${finding.level}`, id: `finding-${finding.fingerprint}` }, summary, () => bodyOf(finding));
  card.open = open;
  card.fill();
  return card;
}

function section(id, title, count, ...content) {
  return element("section", { id, "aria-labelledby": `${id}-title` },
    element("h2", { id: `${id}-title` }, title, count === null ? null : element("span", { class: "count" }, ` ${whole(count)}`)), content);
}

function findingsSection() {
  if (findings.length === 0) return section("findings", "Findings", 0, element("p", { class: "none" }, "None."));
  const cards = findings.map((finding, index) => findingCard(finding, index < kOpenAtFirst));
  const shown = element("p", { class: "shown", role: "status" });
  const search = element("input", { type: "search", id: "search", placeholder: "Search findings  ( / )", "aria-label": "Search findings", oninput: filter });
  const rules = element("select", { "aria-label": "Rule", onchange: filter }, element("option", { value: "" }, "every rule"),
    [...new Set(findings.map((finding) => finding.rule))].sort().map((rule) => element("option", { value: rule }, rule)));
  const levels = kLevels.filter((level) => findings.some((finding) => finding.level === level)).map((level) => {
    const box = element("input", { type: "checkbox", value: level, onchange: filter });
    box.checked = true;
    return { level, box, count: findings.filter((finding) => finding.level === level).length };
  });
  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = new Set(levels.filter(({ box }) => box.checked).map(({ level }) => level));
    let count = 0;
    findings.forEach((finding, index) => {
      const hit = wanted.has(finding.level) && (rules.value === "" || rules.value === finding.rule) && words.every((word) => finding.text.includes(word));
      cards[index].hidden = !hit;
      count += hit ? 1 : 0;
    });
    shown.textContent = count === findings.length ? "" : `${whole(count)} of ${whole(findings.length)} shown`;
  }
  const all = (open) => () => cards.forEach((card) => { card.open = open && !card.hidden; });
  return section("findings", "Findings", findings.length,
    element("div", { class: "tools" }, search, rules,
      levels.map(({ level, box, count }) => element("label", {}, box, ` ${level} ${whole(count)}`)),
      element("button", { type: "button", onclick: all(true) }, "Open all"), element("button", { type: "button", onclick: all(false) }, "Close all")),
    shown, cards);
}

const before = (query) => (query.before ? query.before.rows_examined : null);
const kColumns = [
  { title: "Query", key: (query) => query.text, cell: (query) => element("code", { class: "query" }, query.text.replace(/\s+/g, " ").trim()) },
  { title: "Where", key: (query) => query.where, cell: (query) => [element("code", {}, place(query.sites[0])), query.sites.length > 1 ? ` and ${counted(query.sites.length - 1, "other place")}` : ""] },
  { title: "Before", number: true, key: before, cell: (query) => (query.before ? whole(query.before.rows_examined) : "") },
  { title: "Rows examined", number: true, key: (query) => query.after.rows_examined, cell: (query) => whole(query.after.rows_examined) },
  { title: "Returned", number: true, key: returned, cell: (query) => (returned(query) === null ? "" : whole(returned(query))) },
  { title: "Growth", key: (query) => query.after.growth, cell: (query) => growthBadge(query.after.growth) },
  { title: "Findings", number: true, key: (query) => query.findings, cell: (query) => (query.findings > 0 ? whole(query.findings) : "") },
];

function returned(query) {
  const scales = query.after.scales;
  return scales.length > 0 ? scales[scales.length - 1].rows_returned : null;
}

/** Absent values are last in either direction; equal ones keep the order of the report. */
function compare(a, b, down) {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  const order = a < b ? -1 : a > b ? 1 : 0;
  return down ? -order : order;
}

function queriesSection() {
  if (queries.length === 0) return section("queries", "Queries", 0, element("p", { class: "none" }, "None was planned."));
  let sorted = { column: 3, down: true };
  let limit = kRowsAtOnce;
  const search = element("input", { type: "search", placeholder: "Search queries and places", "aria-label": "Search queries", oninput: again });
  const growth = element("select", { "aria-label": "Growth", onchange: again }, element("option", { value: "" }, "any growth"),
    [...new Set(queries.map((query) => growthWord(query.after.growth)).filter(Boolean))].sort().map((word) => element("option", { value: word }, word)));
  const changed = element("input", { type: "checkbox", onchange: again });
  const heads = kColumns.map((column, index) => element("th", { scope: "col", class: column.number ? "number" : null },
    element("button", { type: "button", onclick: () => sortBy(index) }, column.title)));
  const body = element("tbody");
  const shown = element("p", { class: "shown", role: "status" });
  const more = element("button", { type: "button", onclick: () => { limit += kRowsAtOnce; draw(); } }, `Show ${kRowsAtOnce} more`);

  function again() {
    limit = kRowsAtOnce;
    draw();
  }
  function sortBy(index) {
    sorted = { column: index, down: sorted.column === index ? !sorted.down : Boolean(kColumns[index].number) };
    draw();
  }
  function row(query) {
    const detail = element("tr", { class: "detail" });
    detail.hidden = true;
    const toggle = element("button", { type: "button", class: "toggle", "aria-expanded": "false", "aria-label": `plan of ${place(query.sites[0])}`, onclick: () => {
      if (detail.children.length === 0) detail.append(element("td", { colspan: kColumns.length + 1 }, element("pre", {}, query.text),
        plansOf(query.before, query.after), labelled("where", element("ul", {}, query.sites.map((site) => element("li", {}, element("code", {}, place(site)), site.function ? ` in ${site.function}` : ""))))));
      detail.hidden = !detail.hidden;
      toggle.setAttribute("aria-expanded", String(!detail.hidden));
    } }, "▸");
    return [element("tr", { class: query.changed ? "changed" : null }, element("td", {}, toggle),
      kColumns.map((column) => element("td", { class: column.number ? "number" : null }, column.cell(query)))), detail];
  }
  function draw() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = queries.filter((query) => (!changed.checked || query.changed) && (growth.value === "" || growthWord(query.after.growth) === growth.value) &&
      words.every((word) => `${query.text} ${query.where}`.toLowerCase().includes(word)));
    const key = kColumns[sorted.column].key;
    hits.sort((a, b) => compare(key(a), key(b), sorted.down));
    heads.forEach((head, index) => head.setAttribute("aria-sort", index !== sorted.column ? "none" : sorted.down ? "descending" : "ascending"));
    body.replaceChildren(...hits.slice(0, limit).flatMap(row));
    more.hidden = hits.length <= limit;
    const left = data.workload.queries_left_out;
    shown.textContent = `${whole(Math.min(hits.length, limit))} of ${counted(queries.length, "query", "queries")} shown` +
      (left > 0 ? `; ${whole(left)} that examine fewer rows are not in this file` : "");
  }
  draw();
  return section("queries", "Queries", queries.length,
    element("div", { class: "tools" }, search, growth, element("label", {}, changed, " only new or edited ones")),
    element("div", { class: "wide" }, element("table", { id: "workload" }, element("thead", {}, element("tr", {}, element("th", { scope: "col" }, element("span", { class: "unseen" }, "Plan")), heads)), body)),
    shown, more);
}

function useOf(use) {
  return element("li", {}, element("code", {}, place(use)), use.function ? ` in ${use.function}` : "", ": ",
    `${whole(use.rows_before)} → ${counted(use.rows_after, "row")} examined `, growthBadge(use.growth_before), use.growth_before === null ? null : " → ", growthBadge(use.growth_after),
    element("div", { class: "panel" }, planTree({ plan: use.plan_after, steps: [] }, null, "", 1)));
}

function adviceSection() {
  const { indexes, refused } = data.workload;
  if (indexes.length + refused.length === 0) return null;
  return section("advice", "Index advice", indexes.length,
    element("p", {}, "Each was tried: the database planned the query with it. Queries that are new or edited are looked at, one by one; ", element("code", {}, "explaingate advise"), " finds the smallest set for all."),
    indexes.map((index) => element("article", { class: "advice" }, element("pre", {}, element("code", {}, `${index.ddl};`)), element("ul", {}, index.uses.map(useOf)))),
    refused.length === 0 ? null : lazy({ class: "list" }, element("summary", {}, `Tried, and no help: ${whole(refused.length)}`), () => [element("ul", {}, refused.map((index) =>
      element("li", {}, element("code", {}, place(index)), ": ", element("code", {}, index.ddl), ": ", index.reason)))]));
}

function listOf(id, title, items, line) {
  if (items.length === 0) return null;
  return section(id, title, items.length, lazy({ class: "list" }, element("summary", {}, `Show ${whole(items.length)}`), () => [element("ul", {}, items.map((item) => element("li", {}, line(item))))]));
}

function header() {
  const verdict = data.exit_code === 1 ? "failed" : data.unverified !== null ? "unverified" : "passed";
  const words = { failed: "failed", unverified: "not verified", passed: "passed" }[verdict];
  const theme = element("button", { type: "button", id: "theme", title: "Light or dark  ( t )", onclick: switchTheme }, "Light / dark");
  const links = [["findings", "Findings"], ["queries", "Queries"], ["advice", "Index advice"], ["waived", "Waived"], ["not-analysed", "Not analysed"], ["rules", "Rules"]];
  return element("header", {},
    element("h1", {}, "explaingate ", element("span", { class: `verdict ${verdict}` }, words)),
    element("p", { class: "counts" }, data.counts), element("p", { class: "scope" }, data.scope),
    data.unverified === null ? null : element("p", { class: "alarm", role: "alert" }, `Not verified: ${data.unverified}. ${data.unverified_hint}`),
    element("nav", { "aria-label": "Parts of the report" }, links.map(([id, title]) => element("a", { href: `#${id}`, "data-part": id }, title)), theme));
}

function switchTheme() {
  const dark = getComputedStyle(document.documentElement).colorScheme === "dark" ||
    (getComputedStyle(document.documentElement).colorScheme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "light" : "dark";
}

function step(by) {
  const cards = [...document.querySelectorAll(".finding:not([hidden]) > summary")];
  if (cards.length === 0) return;
  const at = cards.indexOf(document.activeElement);
  const next = cards[at < 0 ? 0 : Math.min(cards.length - 1, Math.max(0, at + by))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

/** Browsers differ in whether Escape empties a field of searches; here it does everywhere. */
function leaveSearch(event) {
  event.preventDefault();
  event.target.value = "";
  event.target.dispatchEvent(new Event("input"));
  event.target.blur();
}

function onKey(event) {
  const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
  if (event.key === "Escape" && event.target.type === "search") leaveSearch(event);
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const action = { j: () => step(1), k: () => step(-1), t: switchTheme, "/": () => document.getElementById("search")?.focus() }[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

/** On paper everything is open; afterwards what was closed is closed again. */
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const node of closed) {
    node.open = true;
    node.fill();
  }
});
addEventListener("afterprint", () => {
  for (const node of closed) node.open = false;
});
addEventListener("keydown", onKey);

document.title = `explaingate: ${data.counts}`;
const report = document.getElementById("report");
report.append(...[header(), findingsSection(), queriesSection(), adviceSection(),
  listOf("waived", "Waived", data.waived, (item) => findingCard(item, false)),
  listOf("not-analysed", "Not analysed", data.not_analysed, (item) => [element("code", {}, place(item)), ` ${item.reason}`]),
  listOf("rules", "Rules", data.rules, (item) => [element("code", {}, item.rule), ` ${item.outcome.replace("_", " ")}`, item.outcome === "ran" ? `, ${counted(item.findings, "finding")}` : `: ${item.reason}`]),
  data.notes.length === 0 ? null : section("notes", "Notes", null, element("ul", {}, data.notes.map((note) => element("li", {}, note)))),
  element("footer", {}, "Keys: ", element("kbd", {}, "j"), " ", element("kbd", {}, "k"), " next and previous finding, ", element("kbd", {}, "Enter"), " opens or closes it, ",
    element("kbd", {}, "/"), " search, ", element("kbd", {}, "t"), " light or dark. ", `${data.tool.name} ${data.tool.version}`)].filter(Boolean));
for (const link of document.querySelectorAll("nav a")) {
  const part = document.getElementById(link.dataset.part);
  if (!part) link.remove();
  else link.append(part.querySelector("h2 .count")?.cloneNode(true) || "");
}
