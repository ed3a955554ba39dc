import type { Snapshot } from "../../protocol/snapshot.ts";
import { cutTo, padTo, widthOf } from "../width.ts";
import type { Look, Size } from "./look.ts";
import { overview, sentence } from "./overview.ts";
import { paneLines, wantedWords } from "./panes.ts";
import type { Trail } from "./trail.ts";
import type { ViewState } from "./view-state.ts";

export interface Seen {
  readonly snapshot: Snapshot;
  readonly trail: Trail;
  /** For how long the master has not answered; null: it does. */
  readonly silentSec: number | null;
}

/** The whole view: exactly as many lines as the terminal has rows, none wider than its columns. */
export const layout = (
  { snapshot, trail, silentSec }: Seen,
  size: Size,
  state: ViewState,
  look: Look,
): readonly string[] => {
  const { columns, rows } = size;
  const foot = footer(state, silentSec, columns, look);
  const whole = sentence(snapshot, columns, look);
  // Of a small terminal the figures below get at least half.
  const head = whole.slice(0, Math.max(1, Math.floor((rows - foot.length) / 2)));
  const room = { columns, rows: rows - head.length - foot.length };
  const isOverview = state.pane.name === "overview";
  const body = isOverview
    ? overview(snapshot, trail, room, look)
    : ["", ...paneLines(state, { columns, rows: room.rows - 1 }, look)];
  const lines = [...head, ...body.slice(0, Math.max(0, room.rows))].map((line) => cutTo(line, columns));
  const empty = Array.from({ length: Math.max(0, rows - foot.length - lines.length) }, () => "");
  return [...lines, ...empty, ...foot].slice(0, Math.max(0, rows));
};

/** The change that goes on, and the keys. */
const footer = (state: ViewState, silentSec: number | null, columns: number, look: Look): readonly string[] => {
  const { pane, change } = state;
  const keys = look.words(`watch.keys-${pane.name}`);
  const alarm = silentSec === null ? "" : look.words("watch.silent", { seconds: silentSec });
  const gap = columns - widthOf(keys) - widthOf(alarm);
  const last = gap > 0 ? keys + padTo(alarm, columns - widthOf(keys), "right") : alarm === "" ? keys : alarm;
  const line = cutTo(last, columns);
  const shown = change === null || pane.name === "change" ? [] : [changeLine(change, columns, look)];
  return [...shown, look.paint(alarm === "" ? "dim" : "red", line)];
};

const changeLine = (change: NonNullable<ViewState["change"]>, columns: number, look: Look): string => {
  const text = `→ ${wantedWords(change.wanted, look)}: ${change.lines.at(-1) ?? look.words("watch.planning")}`;
  const colour = change.ended === "badly" ? "red" : change.ended === "well" ? "green" : "bold";
  return look.paint(colour, cutTo(text, columns));
};
