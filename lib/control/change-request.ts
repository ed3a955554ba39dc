import type { ChangeRequest, PlannedFor } from "../protocol/control.ts";
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

/** What a client sent as a ChangeRequest, or E_USAGE naming the first field that is wrong. Unknown fields are refused. */
export const parseChangeRequest = (sent: unknown): ChangeRequest => {
  const body = recordOf(sent);
  const kind = body["kind"];
  const author = {
    by: textOf(body, "by"),
    reason: textOrNullOf(body, "reason"),
    watchWindowSec: windowOf(body),
  };
  switch (kind) {
    case "stage":
      refuseOthers(body, ["kind", "by", "reason", "watchWindowSec", "stage", "planned"]);
      return { kind, stage: wholeNumberOf(body, "stage"), planned: plannedOf(body["planned"] ?? null), ...author };
    case "reload":
      refuseOthers(body, ["kind", "by", "reason", "watchWindowSec"]);
      return { kind, ...author };
    case "rollback":
      refuseOthers(body, ["kind", "by", "reason", "watchWindowSec", "to"]);
      return { kind, to: wholeNumberOrNullOf(body, "to"), ...author };
    default:
      throw bad("kind", kind, '"stage", "reload" or "rollback"');
  }
};

const plannedOf = (value: unknown): PlannedFor | null => {
  if (value === null) return null;
  if (!isRecord(value)) throw bad("planned", value, "an object");
  return { revision: wholeNumberOf(value, "revision"), profileFingerprint: textOf(value, "profileFingerprint") };
};

const windowOf = (body: Fields): number | null =>
  (body["watchWindowSec"] ?? null) === null ? null : secondsOf(body, "watchWindowSec", longestWindowSec);

const longestWindowSec = 86_400;
