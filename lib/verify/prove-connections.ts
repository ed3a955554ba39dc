import { setTimeout as pause } from "node:timers/promises";
import type { Snapshot } from "../protocol/snapshot.ts";
import { openRawClient, type RawClient } from "./raw-client.ts";
import { type Shown, shown, stepOf } from "./steps.ts";

/** What was seen of the service when more clients came than it takes. */
export interface Crowded {
  readonly limit: number;
  /** Of our clients, how many were answered while the rest waited. */
  readonly answered: number;
  readonly waiting: number;
  /** As the instance counted meanwhile. */
  readonly open: number;
  readonly held: number;
  /** Connections of others before and after. */
  readonly others: { readonly before: number; readonly after: number };
  /** When places became free, those that waited were served. */
  readonly heldServed: number;
}

export interface CrowdPorts {
  readonly status: () => Promise<Snapshot>;
  readonly interrupted: AbortSignal;
}

/**
 * Takes every free place, then comes with some clients more, and leaves again: a second or two, on the live service. A
 * string says why it could not be tried.
 */
export const crowd = async (url: URL, path: string, { status, interrupted }: CrowdPorts): Promise<Crowded | string> => {
  const before = await status();
  const limit = limitIn(before, "connections");
  const extra = Math.min(mostExtra, limitIn(before, "backlog"));
  const free = limit - before.load.connections;
  if (extra === 0) return "unsure.no-backlog";
  if (before.load.held > 0 || free <= 0) return "unsure.full-already";
  if (free > mostClients) return "unsure.too-many";
  const clients: RawClient[] = [];
  const come = (): RawClient => {
    const client = openRawClient(url);
    clients.push(client);
    client.get(path);
    return client;
  };
  const answeredOf = (some: readonly RawClient[]): number => some.filter((client) => client.isAnswered()).length;
  try {
    const first: RawClient[] = [];
    while (first.length < free && !interrupted.aborted) {
      const wave = Array.from({ length: Math.min(waveOf, free - first.length) }, come);
      first.push(...wave);
      await Promise.all(wave.map((client) => client.answer(answerWithinMs)));
    }
    // Half a request more each: none of them is idle, so none is closed to make room.
    for (const client of first) client.send(halfRequest);
    const late = Array.from({ length: extra }, come);
    const isFull = ({ load }: Snapshot): boolean => load.connections >= limit && load.held >= extra;
    await settle(async () => isFull(await status()), settleWithinMs, interrupted);
    // What would be let in beyond the limit is answered by then.
    await pause(lookMs, undefined, { signal: interrupted });
    const during = await status();
    const answered = answeredOf(clients);
    const waiting = clients.length - answered;
    for (const client of first.splice(0, extra)) client.destroy();
    await settle(() => answeredOf(late) === late.length, servedWithinMs, interrupted);
    const heldServed = answeredOf(late);
    for (const client of clients) client.destroy();
    const isQuiet = async (): Promise<boolean> => {
      const { load } = await status();
      return load.held === 0 && load.connections <= Math.max(0, before.load.connections);
    };
    await settle(isQuiet, settleWithinMs, interrupted);
    const after = await status();
    const { connections: open, held } = during.load;
    const others = { before: before.load.connections, after: after.load.connections };
    return { limit, answered, waiting, open, held, others, heldServed };
  } finally {
    for (const client of clients) client.destroy();
  }
};

/** Exact is exact; with users who come and go meanwhile only what holds whatever they did is claimed. Pure. */
export const judgeCrowd = (seen: Crowded | string): Shown => {
  if (typeof seen === "string") {
    return shown(step("connections", "inconclusive", "verify.connections-unsure", { why: seen }), null);
  }
  const { limit: expected, answered, waiting, open, held, others, heldServed } = seen;
  const facts = { expected, found: open, answered, waiting, held, others: others.before, heldServed };
  const result = (how: "held" | "not-held"): Shown =>
    shown(step("connections", how, how === "held" ? "verify.connections" : "verify.connections-off", facts), open);
  // Never more, whoever came: those answered had a place, and so have those who were there all along.
  if (open > expected || answered > expected) return result("not-held");
  const isCalm = others.before === others.after;
  if (!isCalm) {
    const moved = { ...facts, why: "unsure.users-came-and-went" };
    return shown(step("connections", "inconclusive", "verify.connections-unsure", moved), null);
  }
  const isExact = open === expected && answered === expected - others.before && held === waiting && waiting > 0;
  return result(isExact && heldServed === waiting ? "held" : "not-held");
};

const step = stepOf("limits");

const limitIn = ({ limits }: Snapshot, name: string): number => {
  const declared = limits.find((row) => row.name === name)?.declared;
  return typeof declared === "number" ? declared : 0;
};

const settle = async (
  look: () => boolean | Promise<boolean>,
  withinMs: number,
  interrupted: AbortSignal,
): Promise<void> => {
  const untilMs = performance.now() + withinMs;
  while (!(await look()) && performance.now() < untilMs) await pause(everyMs, undefined, { signal: interrupted });
};

const mostExtra = 5;
/** Each is a descriptor here and there. */
const mostClients = 4_000;
const waveOf = 50;
const halfRequest = "GET / HTTP/1.1\r\nHost: localhost\r\nX-Half: ";
const answerWithinMs = 10_000;
const settleWithinMs = 3_000;
const servedWithinMs = 3_000;
const lookMs = 300;
const everyMs = 40;
