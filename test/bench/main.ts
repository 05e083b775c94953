// `npm run bench [-- GROUP…]`: runs what is there, interleaved, and prints ratios against the peers measured in the same run.
import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import type { BenchRow } from "./bench-row.ts";

interface Budget {
  readonly group: string;
  readonly metric: string;
  readonly name: string;
  readonly over: string;
  readonly atMost: number;
}

interface Budgets {
  readonly bench: readonly Budget[];
}

const BENCHES: Readonly<Record<string, () => Promise<readonly BenchRow[]>>> = {
  routes: async () => (await import("./route-match.ts")).benchRouteMatch(),
  worker: async () => (await import("./worker.ts")).benchWorker(),
  l4: async () => (await import("./l4.ts")).benchL4(),
  lb: async () => (await import("./load-balancing.ts")).benchLoadBalancing(),
  filters: async () => (await import("./filter-manager.ts")).benchFilterManager(),
};

const valueOf = (rows: readonly BenchRow[], like: Pick<BenchRow, "group" | "metric" | "name">): number | undefined =>
  rows.find(({ group, metric, name }) => group === like.group && metric === like.metric && name === like.name)?.value;

function printRows(rows: readonly BenchRow[]): void {
  for (const row of rows) {
    const base = row.ratioTo === undefined ? undefined : valueOf(rows, { ...row, name: row.ratioTo });
    const ratio = base === undefined ? "" : `${(row.value / base).toFixed(2)} × ${row.ratioTo}`;
    const figure = `${row.value.toFixed(row.value < 10 ? 2 : 0)} ${row.unit}`;
    console.log(
      `${row.group.padEnd(42)}${row.name.padEnd(22)}${row.metric.padEnd(30)}${figure.padStart(16)}  ${ratio}`,
    );
  }
}

function printBudgets(rows: readonly BenchRow[]): void {
  // The file is this repository's own and checked in beside this one.
  const { bench } = JSON.parse(readFileSync(new URL("../budgets.json", import.meta.url), "utf8")) as Budgets;
  console.log("\nBudgets");
  for (const budget of bench) {
    const value = valueOf(rows, budget);
    const base = valueOf(rows, { ...budget, name: budget.over });
    const what = `${budget.group}, ${budget.metric}: ${budget.name} at most ${budget.atMost} × ${budget.over}`;
    if (value === undefined || base === undefined) console.log(`  not measured  ${what}`);
    else console.log(`  ${value / base <= budget.atMost ? "met   " : "MISSED"} ${(value / base).toFixed(2)}  ${what}`);
  }
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`no such group: ${unknown.join(", ")}; there are ${Object.keys(BENCHES).join(", ")}`);
  process.exit(1);
}
console.log(
  `load average before the run: ${loadavg()
    .map((load) => load.toFixed(2))
    .join(" ")}\n`,
);
const rows: BenchRow[] = [];
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const measured = await bench();
  printRows(measured);
  rows.push(...measured);
}
printBudgets(rows);
