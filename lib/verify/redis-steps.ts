import type { LimitRow, LimitValue } from "../protocol/snapshot.ts";
import type { RedisReading } from "../services/redis/judge-redis.ts";
import { type Shown, shown, stepOf, together } from "./steps.ts";

/** How Redis answers `dashd verify` itself, not the master. null: no address is known here. Pure. */
export const redisSteps = (
  reading: Pick<RedisReading, "settings" | "state"> | null,
  limits: readonly LimitRow[],
): Shown =>
  together(
    limits
      .filter(({ name }) => Object.hasOwn(settings, name))
      .map(({ name, declared }) => {
        const found = reading === null ? null : foundIn(reading.settings, name);
        const facts = { expected: declared, found };
        if (found === null) {
          const why =
            reading === null ? "unsure.no-redis" : reading.state === "down" ? "unsure.redis-down" : "unsure.redis-mute";
          // A provider may allow nobody to ask: that is no reason to doubt everything else.
          const result = reading?.state === "down" ? "inconclusive" : "not-measured";
          return shown(step(name, result, "verify.redis-unsure", { ...facts, why }), null);
        }
        const holds = found === declared || (name === "redis.replicated" && found === "yes");
        return shown(step(name, holds ? "held" : "not-held", "verify.redis", facts), found);
      }),
  );

const foundIn = (found: RedisReading["settings"], name: string): LimitValue => {
  const setting = settings[name];
  return setting === undefined ? null : found[setting];
};

const settings: Readonly<Record<string, keyof RedisReading["settings"]>> = {
  "redis.maxMemoryMb": "maxMemoryMb",
  "redis.policy": "policy",
  "redis.persistence": "persistence",
  "redis.replicated": "replicated",
};

const step = stepOf("limits");
