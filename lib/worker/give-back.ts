import type { GiveBackRequest } from "../protocol/worker-messages.ts";
import type { Channel } from "./channel.ts";
import type { HandBack } from "./hand-back.ts";

/**
 * Answers the door that wants idle connections back although this worker goes on. A busy client's connection is idle for
 * a moment only, so it looks again and again for half a second. Where everything goes back anyway there is no more to do.
 */
export const createGiveBack = ({ channel, handBack, givesAll }: GiveBackDependencies): GiveBack => {
  let asked: { readonly count: number; readonly only: ReadonlySet<number> | null; looks: number } | null = null;

  const answer = (count: number): void => {
    channel.send({ type: "gave", count });
    asked = null;
  };

  const look = (): void => {
    if (asked === null) return;
    if (givesAll()) return answer(0);
    const left = handBack.left();
    if (left > 0 && asked.looks < mostLooks) {
      asked.looks++;
      handBack.offer(left, asked.only);
    } else if (!handBack.busy()) {
      handBack.offer(0);
      return answer(asked.count - left);
    }
    setTimeout(look, everyMs).unref();
  };

  return {
    begin: ({ count, only }) => {
      if (asked !== null) return;
      asked = { count, only: only === null ? null : new Set(only), looks: 0 };
      if (!givesAll()) handBack.offer(count, asked.only);
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
  readonly givesAll: () => boolean;
}

const everyMs = 20;
const mostLooks = 25;
