/**
 * How long a command asks the server itself to wait: 0 for one that does not, Infinity for one that waits until something
 * comes. Names in any case, arguments as ioredis has them. Pure.
 */
export const ownWaitMs = (name: string, args: readonly unknown[]): number => {
  const command = name.toLowerCase();
  if (secondsAtEnd.has(command)) return waitOf(args.at(-1), 1_000);
  if (secondsAtStart.has(command)) return waitOf(args[0], 1_000);
  if (millisecondsAtEnd.has(command)) return waitOf(args.at(-1), 1);
  if (blockOption.has(command)) {
    const at = args.findIndex((arg) => textOf(arg).toLowerCase() === "block");
    // After STREAMS come keys, and a key may be named so.
    const streams = args.findIndex((arg) => textOf(arg).toLowerCase() === "streams");
    return at < 0 || (streams >= 0 && streams < at) ? 0 : waitOf(args[at + 1], 1);
  }
  return 0;
};

/** 0 means for ever; what is no number the server refuses at once. */
const waitOf = (arg: unknown, unitMs: number): number => {
  const value = Number(textOf(arg));
  if (!Number.isFinite(value) || value < 0) return 0;
  return value === 0 ? Infinity : value * unitMs;
};

const textOf = (arg: unknown): string =>
  typeof arg === "string" || typeof arg === "number" || Buffer.isBuffer(arg) ? String(arg) : "";

const secondsAtEnd = new Set(["blpop", "brpop", "brpoplpush", "blmove", "bzpopmin", "bzpopmax"]);
const secondsAtStart = new Set(["blmpop", "bzmpop"]);
const millisecondsAtEnd = new Set(["wait", "waitaof"]);
const blockOption = new Set(["xread", "xreadgroup"]);
