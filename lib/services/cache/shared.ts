import { randomBytes } from "node:crypto";
import type { ChainableCommander, Redis } from "ioredis";
import type { Invalidation } from "../../protocol/invalidation.ts";
import { redisFault } from "../redis/redis-fault.ts";

/** A value as another layer has it. */
export interface Stored {
  readonly body: Buffer;
  readonly ageMs: number;
  /** Loaded after the last invalidation of its tags. */
  readonly isValid: boolean;
}

/** Which invalidation of each tag a value was loaded after. */
export type Versions = Readonly<Record<string, string>>;

/**
 * The layer in Redis: values, the version of each tag, and who loads what. Everything rejects while Redis is away, and for a
 * second after it was silent, at once. Only Redis' own clock counts: a value's age is what is gone of its time there.
 */
export interface Shared {
  readonly channel: string;
  /**
   * Whether it takes what is written. Until it has once, nothing under a tag is believed: what was invalidated while it took
   * nothing, those know who were there, and a worker that has just begun was not.
   */
  begin(): Promise<void>;
  /**
   * Invalidations that were heard of elsewhere and are on their way to Redis. Until it has them, nothing it has under their
   * tags is believed: on a busy host the master is sometimes faster, and what is read then would be good until the end.
   */
  expect(tags: readonly Invalidation[]): void;
  /** It has them. */
  met(tags: readonly Invalidation[]): void;
  read(key: string, tags: readonly string[]): Promise<Stored | null>;
  write(key: string, body: Buffer, keepMs: number, versions: Versions): Promise<void>;
  /** The versions to load under; a tag without one is given one, so that its loss shows. And what is there by now. */
  open(key: string, tags: readonly string[]): Promise<{ readonly versions: Versions; readonly stored: Stored | null }>;
  /** False: somebody else has the lock. */
  lock(key: string, token: string, leaseMs: number): Promise<boolean>;
  extend(key: string, token: string, leaseMs: number): Promise<void>;
  /** `failed`: those who wait learn that waiting is no use. */
  release(key: string, token: string, how: "done" | "failed"): Promise<void>;
  /** What is there by now, and whether somebody still loads it. */
  look(key: string, tags: readonly string[]): Promise<{ readonly stored: Stored | null; readonly lock: LockState }>;
  /** Gives the tags their new versions, and tells everybody. No version may come twice: what was old would be good again. */
  invalidate(words: readonly BusWord[]): Promise<void>;
}

/** What goes over the bus: an invalidation, and the one that Redis had not heard of, which it makes up for. */
export type BusWord = readonly [...Invalidation, madeUpFor: string | null];

export type LockState = "free" | "held" | "failed";

export interface SharedNeeds {
  readonly redis: Pick<Redis, "pipeline">;
  /** What this app's keys begin with. */
  readonly prefix: string;
  readonly now: () => number;
}

export const createShared = ({ redis, prefix, now }: SharedNeeds): Shared => {
  const valueKey = (key: string): string => `${prefix}:v:${key}`;
  const lockKey = (key: string): string => `${prefix}:l:${key}`;
  const tagKey = (tag: string): string => `${prefix}:t:${tag}`;
  const channel = `${prefix}:bus`;
  let silentUntilMs = -Infinity;
  let takesWrites = false;
  const expected = new Map<string, { readonly id: string; readonly untilMs: number }>();

  const run = async (fill: (pipeline: ChainableCommander) => void): Promise<readonly unknown[]> => {
    if (now() < silentUntilMs) throw new Error("Redis was silent a moment ago");
    const pipeline = redis.pipeline();
    fill(pipeline);
    const answers = (await pipeline.exec()) ?? [];
    return answers.map(([error, answer]) => {
      if (error === null) return answer;
      // One caller has waited for the deadline: the next ones need not.
      if (redisFault(error) !== null || ("code" in error && error.code === "E_REDIS_TIMEOUT"))
        silentUntilMs = now() + silenceMs;
      throw error;
    });
  };
  const runWrite = async (fill: (pipeline: ChainableCommander) => void): Promise<readonly unknown[]> => {
    const answers = await run(fill);
    takesWrites = true;
    return answers;
  };
  const met = (tags: readonly Invalidation[]): void => {
    for (const [tag, id] of tags) if (expected.get(tag)?.id === id) expected.delete(tag);
  };
  const expire = (): void => {
    for (const [tag, { untilMs }] of expected) {
      // In the order they came.
      if (untilMs > now()) break;
      expected.delete(tag);
    }
  };
  const isBehind = (versions: Versions, tags: readonly string[]): boolean => {
    if (expected.size === 0) return false;
    met(Object.entries(versions));
    expire();
    return tags.some((tag) => expected.has(tag));
  };
  const foundIn = (answers: readonly unknown[], tags: readonly string[]): Stored | null => {
    const stored = storedOf(answers, tags);
    if (stored === null || tags.length === 0) return stored;
    return { ...stored, isValid: stored.isValid && takesWrites && !isBehind(versionsOf(answers, tags), tags) };
  };
  const ask = (pipeline: ChainableCommander, key: string, tags: readonly string[]): void => {
    pipeline.getBuffer(valueKey(key)).pttl(valueKey(key));
    if (tags.length > 0) pipeline.mget(tags.map(tagKey));
  };

  return {
    channel,
    expect: (tags) => {
      expire();
      for (const [tag, id] of tags) {
        expected.delete(tag);
        expected.set(tag, { id, untilMs: now() + expectedMs });
      }
    },
    met,
    begin: async () => {
      await runWrite((pipeline) => pipeline.set(`${prefix}:begin`, "", "PX", 1)).catch(() => undefined);
    },
    read: async (key, tags) => foundIn(await run((pipeline) => ask(pipeline, key, tags)), tags),
    write: async (key, body, keepMs, versions) => {
      const head = Buffer.from(`${JSON.stringify({ keepMs, versions } satisfies Head)}\n`);
      await runWrite((pipeline) => pipeline.set(valueKey(key), Buffer.concat([head, body]), "PX", keepMs));
    },
    open: async (key, tags) => {
      const answers = await run((pipeline) => {
        for (const tag of tags) pipeline.set(tagKey(tag), newId(), "PX", tagMs, "NX");
        ask(pipeline, key, tags);
      });
      const asked = answers.slice(tags.length);
      return { versions: versionsOf(asked, tags), stored: foundIn(asked, tags) };
    },
    lock: async (key, token, leaseMs) => {
      const [got] = await runWrite((pipeline) => pipeline.set(lockKey(key), token, "PX", leaseMs, "NX"));
      return got === "OK";
    },
    extend: async (key, token, leaseMs) => {
      await run((pipeline) => pipeline.eval(extendScript, 1, lockKey(key), token, leaseMs));
    },
    release: async (key, token, how) => {
      await run((pipeline) => pipeline.eval(releaseScript, 1, lockKey(key), token, how === "failed" ? failedMs : 0));
    },
    look: async (key, tags) => {
      const answers = await run((pipeline) => {
        pipeline.get(lockKey(key));
        ask(pipeline, key, tags);
      });
      const [holder] = answers;
      const lock = holder === null ? "free" : holder === failedMark ? "failed" : "held";
      return { stored: foundIn(answers.slice(1), tags), lock };
    },
    invalidate: async (words) => {
      const keys = words.map(([tag]) => tagKey(tag));
      const ids = words.map(([, id]) => id);
      await run((pipeline) =>
        pipeline.eval(invalidateScript, keys.length, ...keys, tagMs, channel, JSON.stringify(words), ...ids),
      );
    },
  };
};

export const newId = (): string => randomBytes(9).toString("base64url");

/** In front of a value, up to the first line feed. */
interface Head {
  readonly keepMs: number;
  readonly versions: Versions;
}

/** null for what is not there, and for what is none of ours. Answers of GET, PTTL and, with tags, MGET. */
const storedOf = (answers: readonly unknown[], tags: readonly string[]): Stored | null => {
  const [framed, leftMs] = answers;
  if (!Buffer.isBuffer(framed) || typeof leftMs !== "number" || leftMs < 0) return null;
  const end = framed.indexOf(lineFeed);
  const head = end < 0 ? null : headOf(framed.toString("utf8", 0, end));
  if (head === null) return null;
  const versions = versionsOf(answers, tags);
  return {
    body: framed.subarray(end + 1),
    ageMs: Math.max(0, head.keepMs - leftMs),
    // One that was evicted is a version nobody knows.
    isValid: tags.every((tag) => versions[tag] !== undefined && versions[tag] === head.versions[tag]),
  };
};

const versionsOf = (answers: readonly unknown[], tags: readonly string[]): Versions => {
  const found: unknown = answers[2];
  if (!Array.isArray(found)) return {};
  return Object.fromEntries(tags.flatMap((tag, at) => (typeof found[at] === "string" ? [[tag, found[at]]] : [])));
};

const headOf = (text: string): Head | null => {
  try {
    const head = JSON.parse(text) as Partial<Head> | null;
    if (typeof head?.keepMs !== "number" || typeof head.versions !== "object") return null;
    return { keepMs: head.keepMs, versions: head.versions };
  } catch {
    return null;
  }
};

const extendScript = `return redis.call("get", KEYS[1]) == ARGV[1] and redis.call("pexpire", KEYS[1], ARGV[2]) or 0`;
const failedMark = "failed";
const releaseScript = `if redis.call("get", KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == "0" then return redis.call("del", KEYS[1]) end
redis.call("set", KEYS[1], "${failedMark}", "PX", ARGV[2])
return 1`;

/** Whoever hears of it believes that Redis knows: one that is full or only to be read must not pass it on. */
const invalidateScript = `for at = 1, #KEYS do redis.call("set", KEYS[at], ARGV[at + 3], "PX", ARGV[1]) end
return redis.call("publish", ARGV[2], ARGV[3])`;

const lineFeed = 10;
const silenceMs = 1_000;
/** Longer than a command may take: whoever could not tell Redis has said so by then. */
const expectedMs = 5_000;
/** How long those who waited in vain load for themselves. */
const failedMs = 1_000;
/** Longer than any value lives. */
const tagMs = 70 * 86_400_000;
