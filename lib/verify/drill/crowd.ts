import { ownAgents } from "../../protocol/own-agents.ts";
import { openRawClient, type RawClient } from "../raw-client.ts";
import type { CrowdFigures } from "./judge-burst.ts";

/** Clients that connect at once and say nothing until they are told to ask. */
export interface Crowd {
  /** All ask now; settles when each has its answer or its end, at the latest after `withinMs`. */
  ask(withinMs: number): Promise<CrowdFigures>;
  /** At once. */
  destroy(): void;
}

export interface CrowdOptions {
  readonly url: string;
  readonly path: string;
  readonly clients: number;
  readonly now: () => number;
}

export const gatherCrowd = ({ url, path, clients, now }: CrowdOptions): Crowd => {
  const startedAtMs = now();
  const everybody = Array.from({ length: clients }, () => openRawClient(new URL(url)));
  const ending = async (client: RawClient, withinMs: number): Promise<Ending> => {
    const wasIdle = !client.isOpen() && !client.isBroken();
    // Who is past the backlog was refused already.
    if (client.isOpen() && !client.isAnswered()) client.get(path, headers);
    await client.closed(withinMs);
    const tookMs = now() - startedAtMs;
    client.destroy();
    const answer = await client.answer(0);
    if (answer === null) return { how: wasIdle ? "idle" : "failed", tookMs };
    return { how: answer.status === 503 ? "refused" : "served", tookMs };
  };
  return {
    ask: async (withinMs) => {
      const endings = await Promise.all(everybody.map((client) => ending(client, withinMs)));
      const of = (wanted: Ending["how"]): number => endings.filter(({ how }) => how === wanted).length;
      const took = endings.flatMap(({ how, tookMs }) => (how === "served" ? [tookMs] : []));
      return {
        ...{ served: of("served"), refused: of("refused"), failed: of("failed"), idle: of("idle") },
        longestMs: took.length === 0 ? null : Math.round(Math.max(...took)),
      };
    },
    destroy: () => everybody.forEach((client) => client.destroy()),
  };
};

interface Ending {
  readonly how: "served" | "refused" | "failed" | "idle";
  readonly tookMs: number;
}

const headers = { "user-agent": ownAgents.drill, accept: "*/*", connection: "close" };
