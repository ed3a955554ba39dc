import type { Snapshot, WorkerRow, WorkerState } from "../../protocol/snapshot.ts";
import { megabytes } from "../../words/format.ts";
import type { Colour } from "../io.ts";
import { padTo, widthOf } from "../width.ts";
import type { Look } from "./look.ts";

/** All workers, a group for each generation: what a swap looks like. `small`: a mark for each, and nothing else of it. */
export const workerGrid = (
  { workers, generation }: Snapshot,
  columns: number,
  look: Look,
  size: "full" | "small",
): readonly string[] => {
  const generations = [...new Set(workers.map((worker) => worker.generation))].toSorted((a, b) => a - b);
  return generations.flatMap((one) => {
    const own = workers.filter((worker) => worker.generation === one).toSorted((a, b) => a.slot - b.slot);
    const cells = own.map((worker) => (size === "full" ? fullCell(worker) : `${worker.slot}${marks[worker.state]}`));
    const isNew = one === generation;
    const title = look.words("watch.generation", { generation: one, states: countStates(own, look) });
    const legend =
      size === "full" && one === generations[0] ? look.paint("dim", `  ${look.words("watch.legend")}`) : "";
    return [
      `${look.paint(isNew ? "bold" : "dim", title)}${legend}`,
      ...rowsOf(
        cells,
        own.map((worker) => colourOf(worker)),
        columns,
        look,
      ),
    ];
  });
};

/** `16 ready, 1 hung` */
const countStates = (workers: readonly WorkerRow[], { words }: Look): readonly string[] => {
  const states = [...new Set(workers.map(({ state }) => state))];
  return states.map(
    (state) => `${workers.filter((one) => one.state === state).length} ${words(`worker-state.${state}`)}`,
  );
};

const fullCell = ({ slot, state, connections, inFlight, queued, rssBytes }: WorkerRow): string => {
  const work = `${connections}/${inFlight}${queued > 0 ? `+${queued}` : ""}`;
  const memory = rssBytes === null ? "" : ` ${megabytes(rssBytes).replace(" MB", "M")}`;
  return `${String(slot).padStart(2)}${marks[state]} ${work}${memory}`;
};

const rowsOf = (
  cells: readonly string[],
  colours: readonly (Colour | null)[],
  columns: number,
  { paint }: Look,
): readonly string[] => {
  const width = Math.max(...cells.map(widthOf)) + gap;
  const perRow = Math.max(1, Math.floor((columns + gap) / width));
  return Array.from({ length: Math.ceil(cells.length / perRow) }, (_, row) =>
    cells
      .slice(row * perRow, (row + 1) * perRow)
      .map((cell, index) => {
        const colour = colours[row * perRow + index] ?? null;
        const padded = padTo(cell, width, "left");
        return colour === null ? padded : paint(colour, padded);
      })
      .join(""),
  );
};

const gap = 2;

/** Told apart without colours too. */
const marks: Readonly<Record<WorkerState, string>> = {
  booting: "◌",
  ready: "●",
  late: "◐",
  hung: "✗",
  draining: "○",
  "backing-off": "↻",
};

const colourOf = ({ state, restarts, changedCode }: WorkerRow): Colour | null => {
  if (state === "hung" || state === "backing-off") return "red";
  if (state === "late" || restarts > 0 || changedCode) return "yellow";
  return state === "ready" ? "green" : "dim";
};
