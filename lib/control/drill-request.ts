import {
  drillNames,
  type DrillRequest,
  type DrillResult,
  type DrillRun,
  isDrillName,
  mostDrill,
  usualDrill,
} from "../protocol/drill.ts";
import { type Fields, isRecord } from "../is-record.ts";
import {
  bad,
  recordOf,
  refuseOthers,
  secondsOf,
  textOf,
  textOrNullOf,
  wholeNumberOf,
  wholeNumberOrNullOf,
} from "./body-fields.ts";

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
    seconds: secondsOf(body, "seconds", mostDrill.seconds),
  };
};

/** The same with users, as `dashd drill` takes both; what is not said is as usual. */
export const parseDrillRun = (sent: unknown): DrillRun => {
  const { users: asked, ...rest } = recordOf(sent);
  const request = parseDrillRequest({ seconds: usualDrill.seconds, ...rest });
  const users = wholeNumberOf({ users: asked ?? usualDrill.users }, "users");
  if (users > mostDrill.users) throw bad("users", users, `at most ${mostDrill.users}`);
  if (request.slot !== null && request.drill !== "kill" && request.drill !== "hang") {
    throw bad("slot", request.slot, "kill or hang");
  }
  return { ...request, users };
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
const mostFigures = 30;
const longestFigure = 100;
