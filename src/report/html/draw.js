"use strict";
// What a page of the report is built of: elements, plan trees, curves. Everything from the report's data becomes a text node; no
// mark-up is ever made of it (the page's policy refuses innerHTML and the like).

const kSvg = "http://www.w3.org/2000/svg";

/** An element. `attributes`: name -> value, "on…" -> listener; null and false are left out. `children`: nodes and texts. */
function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

function drawing(name, attributes = {}, ...children) {
  return filled(document.createElementNS(kSvg, name), attributes, children);
}

function filled(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

const kWhole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const kShort = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });

function whole(number) {
  return kWhole.format(number);
}

function counted(number, one, many = `${one}s`) {
  return `${whole(number)} ${number === 1 ? one : many}`;
}

/** The classes of growth, as everywhere in explaingate: exponents below 0.25, 1.5, 2.5. */
function growthWord(exponent) {
  if (exponent === null || exponent === undefined) return "";
  return exponent < 0.25 ? "constant" : exponent < 1.5 ? "linear" : exponent < 2.5 ? "quadratic" : "cubic";
}

function growthBadge(exponent) {
  const word = growthWord(exponent);
  return word === "" ? null : element("span", { class: `badge growth-${word}`, title: `exponent ${exponent}` }, word);
}

/** "scan", "search" … as a class of how good the access is. */
const kAccessRank = {
  constant: "good", search_covering: "good", search: "good", automatic_index: "poor", scan_covering: "poor", scan: "poor", virtual: "plain", none: "plain",
};

const indentOf = (line) => (line.length - line.trimStart().length) / 2;

/**
 * One plan as a tree: a line a step, with the rows that it reads over all its executions and a bar for them; `most` fills a bar.
 * `other`: the plan beside it; steps that it doesn't have are marked.
 *
 * Drawn here for both engines, and not by a plan viewer: pev2 1.21, the one that is kept for PostgreSQL, holds one plan a page (two
 * share a store: the left one lists the right one's nodes), adds 938 kB with Vue and Bootstrap, needs innerHTML and inline styles, which
 * the page's policy refuses, has no dark scheme, and reads no plan of SQLite.
 */
function planTree(plan, other, mark, most) {
  const left = new Map();
  for (const line of other ? other.plan : []) left.set(line.trim(), (left.get(line.trim()) || 0) + 1);
  const steps = plan.plan.map((line, index) => {
    const text = line.trim();
    const step = plan.steps[index];
    const known = left.get(text) > 0;
    if (known) left.set(text, left.get(text) - 1);
    const changed = other && !known;
    const row = element("li", { class: `step${changed ? ` ${mark}` : ""}` }, element("span", { class: "unseen" }, `level ${indentOf(line) + 1}: `));
    for (let depth = 0; depth < Math.min(indentOf(line), 20); ++depth) row.append(element("span", { class: "guide", "aria-hidden": "true" }));
    if (changed) row.append(element("span", { class: "mark", title: mark === "gone" ? "only before" : "only after" }, mark === "gone" ? "−" : "+"));
    row.append(element("code", { class: step ? `access-${kAccessRank[step.access] || "plain"}` : null }, text));
    if (step && step.rows_examined > 0) {
      const bar = element("span", { class: "bar" });
      bar.style.width = `${Math.max(2, (100 * step.rows_examined) / most)}%`;
      const times = step.executions > 1 ? `, ${whole(step.executions)} times started` : "";
      row.append(element("span", { class: "rows", title: `${whole(step.rows_examined)} rows examined in all, ${whole(step.rows_out)} handed on${times}` },
        element("span", { class: "track", "aria-hidden": "true" }, bar), `${kShort.format(step.rows_examined)} rows`));
    }
    return row;
  });
  return element("ol", { class: "plan" }, steps);
}

function planPanel(title, plan, other, mark, most) {
  return element("div", { class: "panel" },
    element("h3", {}, title, " ", element("span", { class: "cost" }, `${counted(plan.rows_examined, "row")} examined`), " ", growthBadge(plan.growth)),
    planTree(plan, other, mark, most));
}

/** Plans before and after side by side, or the one there is; the curves below. */
function plansOf(before, after) {
  if (!after && !before) return null;
  const same = before && after && before.plan.join("\n") === after.plan.join("\n") && before.rows_examined === after.rows_examined;
  const most = Math.max(1, ...[before, after].flatMap((plan) => (plan ? plan.steps.map((step) => step.rows_examined) : [])));
  const panels = before && after && !same
    ? [planPanel("before", before, after, "gone", most), planPanel("after", after, before, "come", most)]
    : [planPanel(after ? "plan" : "plan before", after || before, null, "", most)];
  const change = before && after ? Math.sign(after.rows_examined - before.rows_examined) : 0;
  return element("div", { class: `plans${panels.length > 1 ? " two" : ""} ${["better", "", "worse"][change + 1]}` }, panels, growthChart(same ? null : before, after));
}

/** Rows examined at each size of the data, both axes logarithmic: a slope of 0 is constant, 1 linear, 2 quadratic. */
function growthChart(before, after) {
  const series = [["before", before, "rows_examined"], [before ? "after" : "examined", after, "rows_examined"], ["returned", after, "rows_returned"]]
    .filter(([, plan]) => plan && plan.scales.length > 1)
    .map(([name, plan, key]) => ({ name, growth: key === "rows_examined" ? growthWord(plan.growth) : "", points: plan.scales.map((at) => [at.factor, Math.max(1, at[key])]) }));
  if (series.length === 0) return null;
  const all = series.flatMap((each) => each.points);
  const width = 560, height = 200, left = 52, right = 150, top = 14, bottom = 38;
  const top10 = Math.max(1, Math.ceil(Math.log10(Math.max(...all.map(([, y]) => y))) - 1e-9));
  const last10 = Math.log10(Math.max(...all.map(([x]) => x))), first10 = Math.log10(Math.min(...all.map(([x]) => x)));
  const x = (factor) => left + ((Math.log10(factor) - first10) / (last10 - first10 || 1)) * (width - left - right);
  const y = (rows) => height - bottom - (Math.log10(rows) / top10) * (height - top - bottom);
  const parts = [];
  for (let power = 0; power <= top10; power += Math.ceil(top10 / 5)) {
    parts.push(drawing("line", { class: "grid", x1: left, x2: width - right, y1: y(10 ** power), y2: y(10 ** power) }),
      drawing("text", { class: "tick", x: left - 6, y: y(10 ** power) + 4, "text-anchor": "end" }, kShort.format(10 ** power)));
  }
  for (const factor of [...new Set(all.map(([at]) => at))].sort((a, b) => a - b)) {
    parts.push(drawing("text", { class: "tick", x: x(factor), y: height - bottom + 16, "text-anchor": "middle" }, `×${kShort.format(factor)}`));
  }
  parts.push(drawing("text", { class: "tick", x: (left + width - right) / 2, y: height - 4, "text-anchor": "middle" }, "size of the data"));
  const taken = [];
  for (const { name, growth, points } of series) {
    let label = y(points[points.length - 1][1]) + 4;
    while (taken.some((used) => Math.abs(used - label) < 14)) label += 14;
    taken.push(label);
    parts.push(drawing("g", { class: `series ${name}` },
      drawing("polyline", { class: "curve", points: points.map(([at, rows]) => `${x(at).toFixed(1)},${y(rows).toFixed(1)}`).join(" ") }),
      points.map(([at, rows]) => drawing("circle", { class: "dot", cx: x(at).toFixed(1), cy: y(rows).toFixed(1), r: 3.5 },
        drawing("title", {}, `${name}: ${whole(rows)} rows at ×${whole(at)}`))),
      drawing("text", { class: "label", x: width - right + 10, y: label.toFixed(1) }, growth ? `${name}: ${growth}` : name)));
  }
  const says = series.map(({ name, growth, points }) =>
    `${name}${growth ? ` (${growth})` : ""}: ${points.map(([at, rows]) => `${whole(rows)} rows at ×${whole(at)}`).join(", ")}`).join("; ");
  return element("figure", { class: "growth" }, element("figcaption", {}, "Rows as the data grows"),
    drawing("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": says }, parts));
}
