import type { IncomingMessage } from "node:http";

/**
 * A client's trace (W3C Trace Context) reaches the app, and an upstream, as it came: dashd is no span of its own, so the
 * parent stays the client's. What is malformed, or came twice, is replaced by a trace that begins here, and its tracestate
 * goes; of a later version what version 00 knows is kept. A request without one stays without.
 */
export const settleTraceparent = (req: Traced): void => {
  const given = req.headers["traceparent"];
  if (given === undefined) return;
  const known = typeof given === "string" ? knownForm(given) : null;
  if (known === given) return;
  const settled = known ?? newTraceparent();
  req.headers["traceparent"] = settled;
  if (known === null) delete req.headers["tracestate"];
  const raw: string[] = [];
  let isSaid = false;
  for (let i = 0; i < req.rawHeaders.length; i += 2) {
    const [name = "", value = ""] = req.rawHeaders.slice(i, i + 2);
    const lower = name.toLowerCase();
    if (lower === "tracestate" && known === null) continue;
    if (lower !== "traceparent") raw.push(name, value);
    else if (!isSaid) {
      raw.push(name, settled);
      isSaid = true;
    }
  }
  req.rawHeaders = raw;
};

/** 32 digits, so that a line of a log can be found by its trace; null: it has none. */
export const traceIdOf = ({ headers }: Pick<Traced, "headers">): string | null => {
  const given = headers["traceparent"];
  // The app may have written something of its own there meanwhile.
  return typeof given === "string" && form.test(given) ? given.slice(3, 35) : null;
};

export type Traced = Pick<IncomingMessage, "headers" | "rawHeaders">;

/** As version 00 writes it; null: malformed. */
const knownForm = (text: string): string | null => {
  if (form.test(text)) return text;
  return laterForm.test(text) ? `00${text.slice(2, 55)}` : null;
};

const ids = "(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}";
const form = new RegExp(`^00-${ids}$`);
const laterForm = new RegExp(`^(?!00|ff)[0-9a-f]{2}-${ids}(?:-.*)?$`);

/** Marked as sampled: whether it is recorded is for the app to say, as it is where a request has no trace. */
const newTraceparent = (): string => `00-${randomHex(16)}-${randomHex(8)}-01`;

const randomHex = (bytes: number): string => {
  const made = Buffer.from(crypto.getRandomValues(new Uint8Array(bytes)));
  // All zero means none.
  made[0] = (made[0] ?? 0) | 1;
  return made.toString("hex");
};
