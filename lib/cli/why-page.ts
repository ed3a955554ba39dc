import type { Message } from "../errors.ts";
import { printable } from "../home/log-line.ts";
import type { Lang } from "../lang.ts";
import type { BlackBox, Frame, InFlight } from "../protocol/black-box.ts";
import { duration, elapsed, lifetime, megabytes } from "../words/format.ts";
import { say } from "../words/say.ts";
import type { CliIo } from "./io.ts";
import { tableLines } from "./table.ts";

/** A black box for eyes. What the program wrote in it cannot drive the reader's terminal. */
export const whyPage = (box: BlackBox, { lang, paint, nowMs }: PageOptions): readonly string[] => {
  const inWords = (code: string, facts: Message["facts"] = {}): string => say(lang, { code, facts });
  const { slot, pid, generation, stage, at, cause, error, hang, followed, memory } = box;
  const ago = elapsed((nowMs - Date.parse(at)) / 1_000);
  const limit = memory.heapLimitBytes === null ? null : megabytes(memory.heapLimitBytes);
  const what = {
    usedMs: hang?.usedMs ?? null,
    code: box.code,
    signal: box.signal,
    message: error === null ? null : printable(error.message),
    place: error?.place ?? null,
    limit,
    killed: box.signal === "SIGKILL",
  };
  const lived = { lived: lifetime(box.livedMs), ready: box.readyForMs };
  return [
    paint("red", inWords(`died.${cause}`, what)),
    inWords("why.who", { slot, pid, generation, stage, at, ago }),
    inWords("why.lived", lived),
    followed === null ? inWords("why.not-followed") : inWords("why.followed", { ...followed, hung: hang !== null }),
    ...(box.inARow > 1 ? [inWords("why.in-a-row", { count: box.inARow })] : []),
    "",
    ...inFlightLines(box.inFlight, inWords),
    "",
    ...stackLines(box, inWords),
    inWords("why.memory", {
      rss: megabytes(memory.rssBytes),
      used: megabytes(memory.heapUsedBytes),
      limit,
      beat: box.inFlight.asOf === "beat",
    }),
    "",
    ...outputLines(box, inWords, paint),
  ];
};

interface PageOptions {
  readonly lang: Lang;
  readonly paint: CliIo["paint"];
  readonly nowMs: number;
}

type InWords = (code: string, facts?: Message["facts"]) => string;

const inFlightLines = ({ asOf, beforeMs, requests, more, queued }: InFlight, inWords: InWords): readonly string[] => {
  if (asOf === "unknown") return [inWords("why.in-flight-unknown")];
  const rows = requests.map(({ method, path, ageMs, traceId }) => [
    ...[printable(method), printable(path), duration(ageMs)],
    traceId === undefined ? "" : inWords("why.trace", { traceId }),
  ]);
  const columns = [
    { title: "", align: "left" },
    { title: "", align: "left" },
    { title: "", align: "right" },
    { title: "", align: "left" },
  ] as const;
  const [, ...table] = tableLines(columns, rows);
  return [
    asOf === "end" ? inWords("why.in-flight") : inWords(`why.in-flight-${asOf}`, { beforeMs }),
    ...(rows.length === 0 ? [inWords("why.in-flight-none")] : table).map(indented),
    ...(more > 0 ? [indented(inWords("why.in-flight-more", { more }))] : []),
    ...(queued > 0 ? [indented(inWords("why.queued", { queued }))] : []),
  ];
};

const stackLines = ({ stack, noStack, error }: BlackBox, inWords: InWords): readonly string[] => {
  if (stack !== null) return [inWords("why.stack-hung"), ...stack.map((frame) => frameLine(frame, inWords)), ""];
  if (noStack !== null) return [inWords(`why.no-stack-${noStack}`), ""];
  if (error?.stack === null || error?.stack === undefined) return [];
  return [inWords("why.stack-thrown"), ...error.stack.split("\n").map((line) => indented(printable(line))), ""];
};

const frameLine = ({ name, file, line, column }: Frame, inWords: InWords): string =>
  indented(`${printable(name) || inWords("why.nameless")} ${printable(file)}:${line}:${column}`);

const outputLines = ({ output }: BlackBox, inWords: InWords, paint: CliIo["paint"]): readonly string[] =>
  output.length === 0
    ? [inWords("why.output-none")]
    : [
        inWords("why.output"),
        ...output.map(({ stream, text }) => {
          const line = indented(printable(text));
          return stream === "err" ? paint("yellow", line) : line;
        }),
      ];

const indented = (line: string): string => `  ${line}`;
