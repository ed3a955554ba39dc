import { capacityOf, type JudgedLoad } from "../health/capacity.ts";
import type { BoundsInput } from "../health/capacity-bounds.ts";
import type { HeldLoads, KeptLoad } from "../home/held-loads.ts";
import { fingerprintOf } from "../profile/compare.ts";
import type { Profile } from "../profile/schema.ts";
import type { Capacity, CapacityEstimate } from "../protocol/capacity.ts";
import type { HeldReport } from "../protocol/control.ts";
import type { Generation } from "./generation.ts";
import type { HostSeen } from "./host-look.ts";
import { upstreamOf } from "./upstream-app.ts";
import type { WorkEstimate } from "./work-watch.ts";

/** Which stage this host and app can hold, from what requests cost and from the loads that were made. */
export interface CapacityWatch {
  read(seen: CapacitySeen): Capacity | null;
  /** Keeps what a load has shown; false where its generation is no longer the one in force. */
  hold(report: HeldReport, inForce: Generation, at: Date): boolean;
}

export interface CapacitySeen {
  readonly inForce: Generation;
  readonly work: WorkEstimate | null;
  readonly host: HostSeen;
  /** Workers of the generation in force that are there. */
  readonly workers: number;
}

export interface CapacityWatchDependencies {
  /** Lowest stage first. */
  readonly ladder: readonly Profile[];
  readonly loads: HeldLoads;
  /** It is remembered, and will not outlive the master. */
  readonly notKept: (error: unknown) => void;
}

export const createCapacityWatch = ({ ladder, loads, notKept }: CapacityWatchDependencies): CapacityWatch => {
  const fingerprints = new WeakMap<Profile, string>();
  const fingerprint = (profile: Profile): string => {
    const known = fingerprints.get(profile) ?? fingerprintOf(profile);
    fingerprints.set(profile, known);
    return known;
  };
  return {
    read: ({ inForce: { profile: current, app }, work, host, workers }) => {
      const ofApp = loads.all().filter((load) => load.app === app.fingerprint);
      const stages = [...ladder.filter(({ stage }) => stage !== current.stage), current].toSorted(
        (a, b) => a.stage - b.stage,
      );
      // What is behind an upstream is not ours to measure: only loads tell.
      const isOurs = upstreamOf(app) === null;
      const based = work === null || !isOurs ? null : basedOn(work, host, app.fingerprint, ofApp);
      return capacityOf({
        ladder: stages,
        inForce: current.stage,
        estimated:
          based === null ? null : { ...based.input, host: { ...based.input.host, ...room(current, host, workers) } },
        estimate: based?.estimate ?? null,
        loadsAt: (stage) => {
          const wanted = stages.find((profile) => profile.stage === stage);
          return wanted === undefined ? [] : judgedUnder(ofApp, fingerprint(wanted));
        },
      });
    },
    hold: ({ users, requestsPerSec, kept, generation }, { id, app, profile }, at) => {
      if (generation !== id) return false;
      const load = { at: at.toISOString(), app: app.fingerprint, profile: fingerprint(profile), stage: profile.stage };
      loads.add({ ...load, users, requestsPerSec, kept }).catch(notKept);
      return true;
    },
  };
};

const judgedUnder = (loads: readonly KeptLoad[], profile: string): readonly JudgedLoad[] =>
  loads
    .filter((load) => load.profile === profile)
    .map(({ at, stage, users, requestsPerSec, kept }) => ({ at, stage, users, requestsPerSec, kept }));

const basedOn = (
  { app, at, measured, responseP95Ms, requestsPerUserSec: online }: WorkEstimate,
  { cores, workerBytes }: HostSeen,
  current: string,
  loads: readonly KeptLoad[],
): { readonly input: BoundsInput; readonly estimate: CapacityEstimate } | null => {
  if (cores === null) return null;
  const load = loads.findLast(({ kept }) => kept) ?? loads.at(-1);
  const ofLoad = load === undefined || load.requestsPerSec <= 0 ? null : load.requestsPerSec / load.users;
  const requestsPerUserSec = online ?? ofLoad ?? modelRequestsPerUserSec;
  const { requests, cpuMsPerRequest, serviceMsPerRequest, queryMsPerRequest, othersCores } = measured;
  return {
    input: { measured, responseP95Ms, requestsPerUserSec, host: { cores, workersMayTakeBytes: null, workerBytes } },
    estimate: {
      ...{ at, ofOtherCode: app !== current, requests, responseP95Ms, requestsPerUserSec },
      cpuMsPerRequest: round(cpuMsPerRequest),
      serviceMsPerRequest: round(serviceMsPerRequest),
      queryMsPerRequest: queryMsPerRequest === null ? null : round(queryMsPerRequest),
      usersFrom: online !== null ? "online" : ofLoad !== null ? "load" : "model",
      ...{ cores, othersCores: round(Math.max(0, othersCores)), workerBytes },
    },
  };
};

/** Workers take what they have now, and what is left up to the stage's warning. */
const room = (
  { indicators }: Profile,
  { memoryBytes, availableBytes, workerBytes }: HostSeen,
  workers: number,
): { readonly workersMayTakeBytes: number | null } => ({
  workersMayTakeBytes:
    memoryBytes === null || availableBytes === null || workerBytes === null
      ? null
      : Math.max(0, workers * workerBytes + availableBytes - (1 - indicators.memory.warn) * memoryBytes),
});

const round = (value: number): number => Math.round(value * 100) / 100;

/** As `dashd load` makes users: a visit every 5.7 s (log-normal around 5 s) of as many requests as the built-in board's page. */
const modelRequestsPerUserSec = 1.2;
