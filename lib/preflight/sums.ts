import type { Profile } from "../profile/schema.ts";
import type { Finding } from "./finding.ts";
import { type FleetFound, type HostFound, hostSums } from "./host-sums.ts";
import { type PostgresFound, postgresSums } from "./postgres-sums.ts";
import { type RedisFound, redisSums } from "./redis-sums.ts";

/** Everything that was looked at for a stage. */
export interface Surroundings {
  readonly host: HostFound;
  readonly fleet: FleetFound;
  /** null: off. */
  readonly redis: RedisFound | null;
  /** null: off. */
  readonly postgres: PostgresFound | null;
}

/**
 * The sums of a stage: what it needs of the host and of its services, against what is there. `inForce`: the stage whose
 * generation a change would run beside; null at a start. Pure.
 */
export const sumsOf = (profile: Profile, inForce: Profile | null, found: Surroundings): readonly Finding[] => [
  ...hostSums(profile, found.host, found.fleet),
  ...redisSums(profile, found.redis),
  ...postgresSums(profile, found.postgres, (inForce ?? profile).postgres.connections),
];
