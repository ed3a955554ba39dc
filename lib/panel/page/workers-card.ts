import { serves } from "../../protocol/serves.ts";
import type { WorkerRow } from "../../protocol/snapshot.ts";
import { megabytes, milliseconds } from "../../words/format.ts";
import { card, element, setAttribute, setText } from "./dom.ts";
import type { Seen, Surroundings, View, Words } from "./store.ts";
import { createTable, type Table, type TableRow } from "./table.ts";

/** The workers, a table for each generation: during a change the two stand side by side, and the one empties. */
export const createWorkersCard = ({ words }: Surroundings): View => {
  const sides = element("div", { class: "generations" });
  const known = new Map<number, Side>();
  const sideOf = (generation: number): Side => {
    const side = known.get(generation) ?? makeSide(generation, words);
    known.set(generation, side);
    return side;
  };
  return {
    element: card("workers", words("panel.workers"), sides),
    update: (seen) => {
      const generations = [...new Set(seen.snapshot.workers.map(({ generation }) => generation))].sort((a, b) => a - b);
      for (const [generation, side] of known) {
        if (generations.includes(generation)) continue;
        side.element.remove();
        known.delete(generation);
      }
      generations.forEach((generation, index) => {
        const side = sideOf(generation);
        side.show(seen);
        if (sides.children[index] !== side.element) sides.insertBefore(side.element, sides.children[index] ?? null);
      });
    },
  };
};

interface Side {
  readonly element: HTMLElement;
  show(seen: Seen): void;
}

const makeSide = (generation: number, words: Words): Side => {
  const title = element("h3");
  const caption = words("panel.generation", { generation });
  const table: Table = createTable(caption, [
    { title: words("word.slot"), align: "right" },
    { title: words("word.state") },
    { title: words("word.connections"), align: "right" },
    { title: words("word.inFlight"), align: "right" },
    { title: words("word.queued"), align: "right" },
    { title: words("word.memory"), align: "right", weight: "minor" },
    { title: words("panel.stall"), align: "right", weight: "minor" },
    { title: words("word.restarts"), align: "right", weight: "minor" },
  ]);
  const made = element("div", { class: "generation", "data-generation": generation }, title, table.element);
  return {
    element: made,
    show: ({ snapshot }) => {
      const own = snapshot.workers.filter((worker) => worker.generation === generation);
      const ready = own.filter(serves).length;
      const role = roleOf(generation, snapshot.generation);
      // While a change is watched, the old ones stay as they are.
      const named = role === "going" && ready > 0 ? "warm" : role;
      setAttribute(made, "data-role", role);
      setText(title, words(`panel.generation-${named}`, { generation, ready, count: own.length }));
      table.show(own.map((worker) => rowOf(worker, words)));
    },
  };
};

const roleOf = (generation: number, inForce: number): "serving" | "coming" | "going" =>
  generation === inForce ? "serving" : generation > inForce ? "coming" : "going";

const rowOf = (worker: WorkerRow, words: Words): TableRow => {
  const { slot, pid, state, connections, inFlight, queued, rssBytes, loopDelayP99Ms, restarts, changedCode } = worker;
  const mark = changedCode ? `, ${words("status.changed-code-mark")}` : "";
  const tone = tones[state] ?? "warn";
  return {
    key: `${slot}.${pid}`,
    state: tone,
    cells: [
      { text: String(slot), title: `pid ${pid}` },
      { text: `${words(`worker-state.${state}`)}${mark}`, state: tone },
      String(connections),
      String(inFlight),
      { text: String(queued), state: queued > 0 ? "warn" : "" },
      megabytes(rssBytes),
      { text: milliseconds(loopDelayP99Ms), state: (loopDelayP99Ms ?? 0) >= stallMs ? "warn" : "" },
      { text: String(restarts), state: restarts > 0 ? "warn" : "" },
    ],
  };
};

const tones: Readonly<Partial<Record<string, string>>> = {
  ready: "ok",
  booting: "new",
  draining: "old",
  hung: "critical",
  "backing-off": "critical",
};
/** An event loop that is this late makes every request of its worker late. */
const stallMs = 250;
