import type { HeldReport } from "../protocol/control.ts";
import { type Fields } from "../is-record.ts";
import { bad, recordOf, refuseOthers, wholeNumberOf } from "./body-fields.ts";

/** What a client sent as a HeldReport, or E_USAGE naming the first field that is wrong. Unknown fields are refused. */
export const parseHeldReport = (sent: unknown): HeldReport => {
  const body = recordOf(sent);
  refuseOthers(body, ["users", "kept", "requestsPerSec", "generation"]);
  const { kept, requestsPerSec } = body;
  if (typeof kept !== "boolean") throw bad("kept", kept, "true or false");
  if (typeof requestsPerSec !== "number" || requestsPerSec <= 0 || requestsPerSec > most) {
    throw bad("requestsPerSec", requestsPerSec, `a number above 0, at most ${most}`);
  }
  return { users: boundedOf(body, "users"), kept, requestsPerSec, generation: boundedOf(body, "generation") };
};

const boundedOf = (body: Fields, name: string): number => {
  const value = wholeNumberOf(body, name);
  if (value <= most) return value;
  throw bad(name, value, `a whole number from 1 to ${most}`);
};

const most = 1_000_000;
