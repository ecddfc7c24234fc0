// Usage: node measure.mjs FILE [ROUNDS]
// How long Chromium takes to open an HTML report: from the navigation to the end of its load event (its scripts have drawn the page
// by then) and to the first frame after it, in milliseconds; the median of the rounds, each in a new page.
import { browser, open } from "./page.mjs";

const [file, rounds = "7"] = process.argv.slice(2);
const middle = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const instance = await browser();
const loaded = [], painted = [];
let findings = 0;
for (let round = 0; round < Number(rounds); ++round) {
  const { page, complaints } = await open(instance, file);
  painted.push(await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()), 0)))));
  loaded.push(await page.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd));
  findings = await page.$$eval("#findings .finding", (cards) => cards.length);
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
  await page.close();
}
await instance.close();
console.log(`${findings} findings: loaded in ${middle(loaded).toFixed(0)} ms, first frame after ${middle(painted).toFixed(0)} ms (median of ${rounds}; most ${Math.max(...painted).toFixed(0)} ms)`);
