import type { LimitRow, Snapshot } from "../../protocol/snapshot.ts";
import { summaryOf } from "../../protocol/summary.ts";
import { elapsed, milliseconds, percent } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { indicatorValue } from "../../words/indicator-value.ts";
import { cutTo, padTo, widthOf, wrapTo } from "../width.ts";
import type { Look, Size } from "./look.ts";
import { type Sample, sparkline, type Trail } from "./trail.ts";
import { workerGrid } from "./worker-grid.ts";

/** The first screen, fitted: what is wrong is kept longest, and what is left out is counted. */
export const overview = (snapshot: Snapshot, trail: Trail, { columns, rows }: Size, look: Look): readonly string[] => {
  const top = [...about(snapshot, columns, look), ...limits(snapshot, look)];
  const sparks = sparklines(snapshot, trail, columns, look);
  const trouble = troubles(snapshot, look);
  const all = trouble.flatMap(({ text, colour }) =>
    wrapTo(text, columns, "  ").map((line) => look.paint(colour, line)),
  );
  const short = trouble.slice(0, troublesInShort).map(({ text, colour }) => look.paint(colour, cutTo(text, columns)));
  if (trouble.length > short.length) short.push(look.words("watch.more", { count: trouble.length - short.length }));
  const grid = (size: "full" | "small"): readonly string[] => workerGrid(snapshot, columns, look, size);

  const choices = [
    [top, all, grid("full"), sparks],
    [top, short, grid("full"), sparks],
    [top, short, grid("small"), sparks],
    [top, short, grid("small")],
    [top, short],
  ];
  const fitting = choices.find((parts) => parts.flat().length <= rows) ?? choices.at(-1) ?? [];
  return spaced(fitting, rows).slice(0, Math.max(0, rows));
};

/** Empty lines between the parts where there is room for all of them. */
const spaced = (parts: readonly (readonly string[])[], rows: number): readonly string[] => {
  const filled = parts.filter((part) => part.length > 0);
  const lines = filled.flat();
  return lines.length + filled.length - 1 > rows
    ? lines
    : filled.flatMap((part, index) => (index === 0 ? part : ["", ...part]));
};

/** The one sentence of `dashd status`, broken between its figures. */
export const sentence = (snapshot: Snapshot, columns: number, { lang, paint }: Look): readonly string[] => {
  const summary = summaryOf(snapshot);
  const lines: string[] = [];
  for (const part of say(lang, summary).split(" · ")) {
    const last = lines.at(-1);
    const joined = last === undefined ? part : `${last} · ${part}`;
    if (last === undefined || widthOf(joined) > columns) lines.push(part);
    else lines[lines.length - 1] = joined;
  }
  const isWell = summary.facts["ok"] === true && snapshot.mode === "production";
  return lines.map((line) => paint(isWell ? "green" : "yellow", cutTo(line, columns)));
};

const about = (snapshot: Snapshot, columns: number, look: Look): readonly string[] => {
  const { generation, master, url, adminUrl, services, app } = snapshot;
  const facts = {
    generation,
    uptime: elapsed(master.uptimeSec),
    url,
    adminUrl,
    app: services.upstream?.url ?? app.path,
  };
  return [look.paint("dim", cutTo(look.words("watch.about", facts), columns))];
};

/** The table of limits in a line, and a line for each that drifts. */
const limits = ({ limits: rows, mode, drift }: Snapshot, look: Look): readonly string[] => {
  if (mode === "development") return [look.paint("yellow", look.words("status.not-enforced"))];
  const facts = {
    declared: rows.length,
    effective: rows.filter(({ effective, drift: drifts }) => effective !== null && !drifts).length,
    unread: rows.filter(({ effective }) => effective === null).length,
    proven: rows.filter(({ proven }) => proven !== null).length,
    at: timeOf(newestProof(rows)),
  };
  return [
    look.words("watch.limits", facts),
    ...rows
      .filter((row) => row.drift)
      .map(({ name, declared, effective }) =>
        look.paint("red", look.words("watch.drifts", { name, declared, effective })),
      ),
    ...(drift.includes("app") ? [look.paint("yellow", look.words("watch.app-drifts"))] : []),
  ];
};

const newestProof = (rows: readonly LimitRow[]): string | null =>
  rows
    .flatMap(({ provenAt }) => provenAt ?? [])
    .toSorted()
    .at(-1) ?? null;

/** `11-26 10:20`, local. */
const timeOf = (iso: string | null): string | null => {
  if (iso === null) return null;
  const time = new Date(iso);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(time.getMonth() + 1)}-${two(time.getDate())} ${two(time.getHours())}:${two(time.getMinutes())}`;
};

interface Trouble {
  readonly text: string;
  readonly colour: "red" | "yellow";
}

/** Indicators that are not ok with their advice, services that are not well, workers that hang or died, warnings. */
const troubles = (snapshot: Snapshot, { lang, words }: Look): readonly Trouble[] => {
  const { indicators, services, workers, warnings } = snapshot;
  const red = (text: string): Trouble => ({ text, colour: "red" });
  const yellow = (text: string): Trouble => ({ text, colour: "yellow" });
  const judged = indicators
    .filter(({ level }) => level === "warn" || level === "critical")
    .toSorted((a, b) => Number(b.level === "critical") - Number(a.level === "critical"))
    .map(({ name, value, level, advice }) => {
      const facts = {
        name,
        value: indicatorValue(lang, name, value),
        level,
        advice: advice === null ? null : say(lang, advice),
      };
      return { level, text: words("watch.judged", facts) };
    });
  const sick = [services.redis, services.postgres, services.upstream].flatMap((one) => one?.reason ?? []);
  const fallen = workers.filter(({ state, restarts }) => restarts > 0 || state === "hung" || state === "backing-off");
  const slots = [...new Set(fallen.map(({ slot }) => String(slot)))];
  return [
    ...judged.map(({ level, text }) => (level === "critical" ? red(`✗ ${text}`) : yellow(`! ${text}`))),
    ...sick.map((reason) => red(`✗ ${say(lang, reason)}`)),
    ...(slots.length === 0 ? [] : [yellow(`! ${words("status.why", { slots })}`)]),
    ...warnings.map((warning) => yellow(`⚠ ${say(lang, warning)}`)),
  ];
};

const troublesInShort = 3;

const sparklines = (
  { load, host, limits: rows }: Snapshot,
  trail: Trail,
  columns: number,
  look: Look,
): readonly string[] => {
  const newest = trail.samples.at(-1) ?? null;
  const limit = rows.find(({ name }) => name === "connections")?.declared ?? null;
  const perSec = newest?.requestsPerSec ?? null;
  const figures: readonly Figure[] = [
    {
      name: "requests",
      text: perSec === null ? "–" : `${perSec.toFixed(perSec < 10 ? 1 : 0)}/s`,
      of: (s) => s.requestsPerSec,
      top: 1,
    },
    { name: "p95", text: milliseconds(load.p95Ms), of: (s) => s.p95Ms, top: 1 },
    {
      name: "connections",
      text: `${load.connections}${limit === null ? "" : `/${limit}`}`,
      of: (s) => s.connections,
      top: 1,
    },
    { name: "cpu", text: percent(host.cpu), of: (s) => s.cpu, top: 1 },
  ];
  const perRow = columns >= twoBesides ? 2 : 1;
  const width = Math.floor((columns - (perRow - 1) * besideGap) / perRow);
  const titles = figures.map(({ name }) => look.words(`watch.spark-${name}`));
  const titleWidth = Math.max(...titles.map(widthOf));
  const cells = figures.map(({ text, of, top }, index) => {
    const room = width - titleWidth - figureWidth - 2;
    const line = room < 4 ? "" : `${sparkline(trail, of, room, top)} `;
    return padTo(
      `${padTo(titles[index] ?? "", titleWidth, "left")} ${line}${padTo(text, figureWidth, "right")}`,
      width,
      "left",
    );
  });
  return Array.from({ length: figures.length / perRow }, (_, row) =>
    cutTo(cells.slice(row * perRow, (row + 1) * perRow).join(" ".repeat(besideGap)), columns),
  );
};

interface Figure {
  readonly name: string;
  readonly text: string;
  readonly of: (sample: Sample) => number | null;
  readonly top: number;
}

const figureWidth = 8;
const twoBesides = 72;
const besideGap = 3;
