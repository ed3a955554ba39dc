import type { OomWatch } from "../host/oom-kills.ts";
import { monotonicMs } from "../protocol/worker-messages.ts";
import type { AcceptFailures } from "./accept-failures.ts";
import type { CodeDrift } from "./code-drift.ts";
import type { Door } from "./door.ts";
import type { HealthWatch } from "./health-watch.ts";
import type { Instance } from "./instance.ts";
import type { Recycling } from "./recycling.ts";
import type { Sealing } from "./sealing.ts";
import type { ServiceTls } from "./service-tls.ts";
import type { ServiceWatch } from "./service-watch.ts";
import type { Supervisor } from "./supervisor.ts";

/** What the master looks after again and again, whatever happens. */
export interface Rounds {
  /** To be called ten times a second. */
  readonly tick: () => void;
  /** To be called once a second. */
  readonly tickSecond: () => void;
}

export interface RoundsDependencies {
  readonly instance: Pick<Instance, "inForce" | "status">;
  readonly supervisor: Pick<Supervisor, "tick" | "renewTls">;
  readonly door: Pick<Door, "tick" | "figures">;
  readonly tellPressure: (held: number) => void;
  readonly sampleHost: () => void;
  readonly watch: Pick<ServiceWatch, "tick">;
  readonly oomWatch: Pick<OomWatch, "tick">;
  readonly tls: Pick<ServiceTls, "look">;
  readonly sealing: Pick<Sealing, "look">;
  readonly acceptFailures: Pick<AcceptFailures, "tick">;
  readonly codeDrift: CodeDrift;
  /** Both null in development, which holds no stage and looks at its code itself, and oftener. */
  readonly health: Pick<HealthWatch, "tick"> | null;
  readonly recycling: Pick<Recycling, "tick"> | null;
}

export const createRounds = (dependencies: RoundsDependencies): Rounds => {
  const { instance, supervisor, door, watch, oomWatch, tls, sealing, acceptFailures, health, recycling } = dependencies;
  let second = 0;
  return {
    tick: () => {
      door.tick();
      supervisor.tick();
    },
    tickSecond: () => {
      second += 1;
      dependencies.sampleHost();
      watch.tick();
      recycling?.tick(monotonicMs());
      health?.tick(instance.status(true));
      oomWatch.tick();
      const { app: served } = instance.inForce().generation;
      const renewed = second % lookAtTlsEverySec === 0 ? tls.look() : null;
      if (renewed !== null) supervisor.renewTls(renewed);
      if (health !== null && second % lookAtCodeEverySec === 0) dependencies.codeDrift.look(served);
      if (second % lookAtSealEverySec === 0) sealing.look(served);
      acceptFailures.tick();
      const { held } = door.figures();
      if (held > 0) dependencies.tellPressure(held);
    },
  };
};

/** A stat of each source file; a thousand of them take about 5 ms. */
const lookAtCodeEverySec = 3;
const lookAtTlsEverySec = 2;
const lookAtSealEverySec = 10;
