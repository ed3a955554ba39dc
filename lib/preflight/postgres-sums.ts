import type { Message } from "../errors.ts";
import type { Profile } from "../profile/schema.ts";
import { type Finding, finding, off, refused, warned } from "./finding.ts";

/** As the live server tells it; `fault` where it could not be asked. */
export type PostgresFound =
  | {
      readonly version: string;
      readonly maxConnections: number;
      /** Kept by the server for superusers and the like. */
      readonly reserved: number;
      /** Client connections that are not of a dashd. */
      readonly usedByOthers: number;
    }
  | { readonly fault: Message };

/** PostgreSQL against a stage, and against the pool of the generation that a change to it would run beside. Pure. */
export const postgresSums = (
  { instances, postgres: { connections, serverMax } }: Pick<Profile, "instances" | "postgres">,
  postgres: PostgresFound | null,
  beside: number = connections,
): readonly Finding[] => {
  if (postgres === null) return [off("postgres")];
  if ("fault" in postgres) return [warned(finding("postgres", "down", "up"), postgres.fault)];
  const room = postgresRoom(postgres, instances);
  const { maxConnections, reserved, usedByOthers } = postgres;
  const always = connections * instances + (maxConnections - room);
  const duringChange = always + beside;
  const facts = { found: maxConnections, budget: connections, instances, reserved, usedByOthers };
  const fits = finding("postgres.max_connections", maxConnections, duringChange);
  const sum =
    maxConnections >= duringChange
      ? fits
      : maxConnections >= always
        ? warned(fits, { code: "doctor.postgres.rolling", facts: { ...facts, needed: duringChange } })
        : refused(fits, { code: "doctor.postgres.too-few", facts: { ...facts, needed: always } });
  const counted = finding("postgres.serverMax", maxConnections, serverMax);
  const short = { code: "doctor.postgres.server-max", facts: { found: maxConnections, needed: serverMax } };
  return [finding("postgres", "up", "up"), sum, ...(maxConnections >= serverMax ? [] : [warned(counted, short)])];
};

/** What is left for pools: less what the server keeps back, what others hold, and one for each master's own look. */
export const postgresRoom = (
  { maxConnections, reserved, usedByOthers }: Exclude<PostgresFound, { readonly fault: Message }>,
  instances: number,
): number => maxConnections - reserved - usedByOthers - instances;
