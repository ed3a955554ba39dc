import type { Message } from "../../errors.ts";
import { redisFault } from "./redis-fault.ts";
import { openShort, type ShortConnection } from "./short-connection.ts";
import type { RedisTarget } from "./target.ts";

/** A `CONFIG SET`. */
export interface RedisSetting {
  readonly name: string;
  readonly value: string;
}

export interface FixOutcome {
  readonly fix: RedisSetting;
  /** Why the server did not take it; null: it did. */
  readonly fault: Message | null;
}

/** Sets one after another, within one deadline, and says of each whether the server took it. Never rejects. */
export const applyFixes = async (
  target: RedisTarget,
  fixes: readonly RedisSetting[],
  deadlineMs = 2_000,
): Promise<readonly FixOutcome[]> => {
  const connection = openShort(target, "dashd:doctor", deadlineMs);
  const outcomes: FixOutcome[] = [];
  const timer = setTimeout(connection.end, deadlineMs);
  try {
    for (const fix of fixes) outcomes.push({ fix, fault: await apply(connection, fix) });
  } finally {
    clearTimeout(timer);
    connection.end();
  }
  return outcomes;
};

const apply = async ({ client, fault }: ShortConnection, { name, value }: RedisSetting): Promise<Message | null> => {
  try {
    if (client.status === "wait") await client.connect();
    await client.config("SET", name, value);
    return null;
  } catch (error) {
    const server = fault() ?? redisFault(error);
    if (server !== null) return { code: "sick.down", facts: { service: "Redis", fault: server } };
    const detail = error instanceof Error ? error.message : String(error);
    const isForbidden = /^NOPERM|^ERR unknown command/.test(detail);
    return { code: isForbidden ? "doctor.fix-forbidden" : "doctor.fix-refused", facts: { name, detail } };
  }
};
