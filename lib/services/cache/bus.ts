import type { Redis } from "ioredis";
import type { BusWord } from "./shared.ts";

export interface BusNeeds {
  readonly redis: Redis;
  readonly channel: string;
  readonly heard: (words: readonly BusWord[]) => void;
  /** It was not listening for a while: something may have been missed. */
  readonly missed: () => void;
}

/**
 * Listens to what other instances invalidate, on a connection of its own: one that listens can ask nothing else. Settles
 * once it hears everything, or Redis cannot be had, after a second at the latest: what is taken over before that may be
 * invalidated unheard, and counts as missed when it does listen.
 */
export const listenToBus = ({ redis, channel, heard, missed }: BusNeeds): Promise<void> => {
  // It subscribes anew itself: only then does it know from when on it hears everything.
  const listener = redis.duplicate({ autoResubscribe: false, lazyConnect: true });
  let mayHaveMissed = false;
  let settle = (): void => undefined;
  const settled = new Promise<void>((resolve) => {
    settle = () => {
      mayHaveMissed = true;
      resolve();
    };
  });
  const subscribe = async (): Promise<void> => {
    try {
      await listener.subscribe(channel);
      if (mayHaveMissed) missed();
      settle();
    } catch {
      // Without its channel it would look well and hear nothing.
      if (listener.status === "ready") listener.disconnect(true);
    }
  };
  listener.on("ready", () => void subscribe());
  listener.on("close", settle);
  setTimeout(settle, firstWaitMs).unref();
  listener.on("message", (_channel: string, text: string) => {
    const words = readWords(text);
    if (words !== null) heard(words);
  });
  listener.connect().catch(() => undefined);
  // A connection that is silently gone shows only when something is asked of it.
  setInterval(() => {
    if (listener.status === "ready") listener.ping().catch(() => undefined);
  }, pingMs).unref();
  return settled;
};

/** null for what is none of ours. */
const readWords = (text: string): readonly BusWord[] | null => {
  try {
    const read: unknown = JSON.parse(text);
    const isWord = (one: unknown): one is BusWord =>
      Array.isArray(one) &&
      typeof one[0] === "string" &&
      typeof one[1] === "string" &&
      (one[2] === null || typeof one[2] === "string");
    return Array.isArray(read) && read.every(isWord) ? read : null;
  } catch {
    return null;
  }
};

const pingMs = 5_000;
const firstWaitMs = 1_000;
