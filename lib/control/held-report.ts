import { DashdError } from "../errors.ts";
import type { HeldReport } from "../protocol/control.ts";

/** What a client sent as a HeldReport, or E_USAGE naming the first field that is wrong. Unknown fields are refused. */
export const parseHeldReport = (body: unknown): HeldReport => {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw bad("body", body, "an object");
  const fields = body as Readonly<Record<string, unknown>>;
  const other = Object.keys(fields).find((name) => !known.includes(name));
  if (other !== undefined) throw bad(other, "unknown", `only ${known.join(", ")}`);
  const { kept, requestsPerSec } = fields;
  if (typeof kept !== "boolean") throw bad("kept", kept, "true or false");
  const isRate = typeof requestsPerSec === "number" && requestsPerSec > 0 && requestsPerSec <= most;
  if (!isRate) throw bad("requestsPerSec", requestsPerSec, `a number above 0, at most ${most}`);
  return { users: wholeOf(fields, "users"), kept, requestsPerSec, generation: wholeOf(fields, "generation") };
};

const wholeOf = (fields: Readonly<Record<string, unknown>>, name: "users" | "generation"): number => {
  const value = fields[name];
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1 && value <= most) return value;
  throw bad(name, value, `a whole number from 1 to ${most}`);
};

const bad = (subject: string, value: unknown, expected: string): DashdError => {
  const found = value === undefined ? "nothing" : JSON.stringify(value).slice(0, 60);
  return new DashdError("E_USAGE", { found: `${subject}: ${found}`, expected });
};

const known = ["users", "kept", "requestsPerSec", "generation"];
const most = 1_000_000;
