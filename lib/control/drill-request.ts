import { drillNames, type DrillRequest, type DrillResult, isDrillName } from "../protocol/drill.ts";
import { type Fields, isRecord } from "../is-record.ts";
import { bad, recordOf, refuseOthers, secondsOf, textOf, textOrNullOf, wholeNumberOrNullOf } from "./body-fields.ts";

/** What a client sent to begin a drill, or E_USAGE naming the first field that is wrong. Unknown fields are refused. */
export const parseDrillRequest = (sent: unknown): DrillRequest => {
  const body = recordOf(sent);
  refuseOthers(body, ["drill", "by", "reason", "slot", "seconds"]);
  const drill = body["drill"];
  if (!isDrillName(drill)) throw bad("drill", drill, drillNames.join(", "));
  return {
    drill,
    by: textOf(body, "by"),
    reason: textOrNullOf(body, "reason"),
    slot: wholeNumberOrNullOf(body, "slot"),
    seconds: secondsOf(body, "seconds", longestSec),
  };
};

export const parseDrillId = (sent: unknown): string => {
  const body = recordOf(sent);
  refuseOthers(body, ["id"]);
  return textOf(body, "id");
};

/** Its figures stay in the journal for good: few, and short. */
export const parseDrillResult = (sent: unknown): DrillResult => {
  const body = recordOf(sent);
  refuseOthers(body, ["id", "outcome", "figures"]);
  const outcome = outcomes.find((one) => one === body["outcome"]);
  if (outcome === undefined) throw bad("outcome", body["outcome"], outcomes.join(", "));
  return { id: textOf(body, "id"), outcome, figures: figuresOf(body) };
};

const figuresOf = (body: Fields): DrillResult["figures"] => {
  const { figures } = body;
  if (!isRecord(figures) || Object.keys(figures).length > mostFigures) {
    throw bad("figures", figures, `an object of at most ${mostFigures} figures`);
  }
  const entries = Object.entries(figures).map(([name, value]): readonly [string, number | string | null] => {
    if (value === null || typeof value === "number") return [name, value];
    if (typeof value === "string" && value.length <= longestFigure) return [name, value];
    throw bad(name, value, "a number or a short text");
  });
  return Object.fromEntries(entries);
};

const outcomes = ["held", "not-held", "inconclusive", "interrupted"] as const;
const longestSec = 60;
const mostFigures = 30;
const longestFigure = 100;
