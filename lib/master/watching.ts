import type { Profile } from "../profile/schema.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import type { SickPart, Watched } from "./gates.ts";
import type { SeenFigures } from "./seen.ts";
import type { ServiceReadings } from "./service-watch.ts";

/** What a generation was seen to do, with who is silent in it and sick beside it; null where it is not there. Pure. */
export const withSick = (seen: SeenFigures | null, around: Around): Watched | null =>
  seen === null
    ? null
    : {
        ...seen,
        late: around.late,
        onTime: around.onTime,
        sick: sickParts(around),
        leansOnServices: Object.values(around.services).some((reading) => reading !== null),
      };

export interface Around {
  readonly profile: Pick<Profile, "indicators">;
  /** Workers of the generation that are silent. */
  readonly late: number;
  /** Those that are ready and are not. */
  readonly onTime: number;
  readonly host: Snapshot["host"];
  readonly services: ServiceReadings;
}

const sickParts = ({ profile: { indicators }, host, services }: Around): readonly SickPart[] => [
  ...(["postgres", "redis", "upstream"] as const).filter((name) => (services[name]?.state ?? "up") !== "up"),
  // A busy CPU is no sickness: new code may be what keeps it busy.
  ...((host.memory ?? 0) >= indicators.memory.critical ? (["host"] as const) : []),
];

/** What `look` sees, once a second, until it sees null. */
export const watchEverySecond = async function* <T>(look: () => T | null): AsyncGenerator<T, void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const seen = look();
    if (seen === null) return;
    yield seen;
  }
};
