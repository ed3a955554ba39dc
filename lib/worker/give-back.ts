import type { GiveBackRequest } from "../protocol/worker-messages.ts";
import type { Channel } from "./channel.ts";
import type { HandBack } from "./hand-back.ts";

/**
 * Answers the door that wants idle connections back although this worker goes on. A busy client's connection is idle for
 * a moment only, so it looks again and again for half a second. A drain, which gives everything back, needs no answer.
 */
export const createGiveBack = ({ channel, handBack, draining }: GiveBackDependencies): GiveBack => {
  let asked: { readonly count: number; readonly only: ReadonlySet<number> | null; looks: number } | null = null;

  const look = (): void => {
    if (asked === null || draining()) return;
    const left = handBack.left();
    if (left > 0 && asked.looks < mostLooks) {
      asked.looks++;
      handBack.offer(left, asked.only);
    } else if (!handBack.busy()) {
      handBack.offer(0);
      channel.send({ type: "gave", count: asked.count - left });
      asked = null;
      return;
    }
    setTimeout(look, everyMs).unref();
  };

  return {
    begin: ({ count, only }) => {
      if (asked !== null || draining()) return;
      asked = { count, only: only === null ? null : new Set(only), looks: 0 };
      handBack.offer(count, asked.only);
      setTimeout(look, everyMs).unref();
    },
  };
};

export interface GiveBack {
  begin(request: GiveBackRequest): void;
}

interface GiveBackDependencies {
  readonly channel: Channel;
  readonly handBack: HandBack;
  readonly draining: () => boolean;
}

const everyMs = 20;
const mostLooks = 25;
