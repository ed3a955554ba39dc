import type { Message } from "../errors.ts";
import type { Profile } from "../profile/schema.ts";
import { type Finding, finding, refused, warned } from "./finding.ts";

/** What the sums need of the machine; null where it does not tell. */
export interface HostFound {
  readonly cores: number;
  readonly memoryBytes: number;
  readonly availableBytes: number;
  readonly disk: DiskFound | null;
  readonly isRotational: boolean | null;
  readonly descriptors: number | null;
  readonly somaxconn: number | null;
}

interface DiskFound {
  readonly bytes: number;
  readonly freeBytes: number;
}

/** The workers that are there now, and what one of them costs. */
export interface FleetFound {
  readonly workers: number;
  /** PSS of the largest of them; null where none runs or the system does not tell. */
  readonly workerBytes: number | null;
}

/** The machine against a stage. Pure. */
export const hostSums = (profile: Profile, host: HostFound, fleet: FleetFound): readonly Finding[] => [
  atLeast("host.cores", host.cores, profile.host.min.cores, profile.host.recommended.cores),
  atLeast("host.memoryGb", gigabytes(host.memoryBytes), profile.host.min.memoryGb, profile.host.recommended.memoryGb),
  memory(profile, host, fleet),
  ...(host.disk === null ? [] : [disk(profile, host.disk)]),
  ...(profile.host.min.ssd ? [solidState(host.isRotational)] : []),
  descriptors(profile, host.descriptors),
  kernelBacklog(profile, host.somaxconn),
  browsers(profile),
];

/** What one worker is taken to need: measured where some run, else what one with Express, Redis and PostgreSQL takes. */
export const workerBytesOf = ({ workerBytes }: FleetFound): number => workerBytes ?? unmeasuredWorkerBytes;

const atLeast = (subject: string, found: number, min: number, recommended: number): Finding => {
  const rounded = Math.round(found * 10) / 10;
  const facts = { found: rounded, needed: min, recommended };
  const result = finding(subject, rounded, min);
  if (found < min * toldShare) return warned(result, { code: "preflight.below-min", facts });
  return found < recommended * toldShare
    ? { ...result, advice: { code: "preflight.below-recommended", facts } }
    : result;
};

/** The workers of a stage beside those that are there; in a change one generation stays until the other is proven. */
const memory = ({ workers }: Profile, { availableBytes }: HostFound, fleet: FleetFound): Finding => {
  const oneMb = megabytes(workerBytesOf(fleet));
  const availableMb = megabytes(availableBytes);
  const whole = Math.ceil(workers * oneMb);
  const atLeastMb = Math.ceil(Math.max(workers - fleet.workers, 0) * oneMb + oneMb);
  const measured = fleet.workerBytes !== null;
  const facts = { found: availableMb, needed: whole, workers, there: fleet.workers, oneMb: Math.ceil(oneMb), measured };
  const result: Finding = {
    ...finding("memoryMb", availableMb, whole),
    advice: { code: "preflight.memory", facts },
  };
  if (availableMb >= whole) return result;
  if (availableMb >= atLeastMb && fleet.workers > 0) return warned(result, { code: "preflight.memory-rolling", facts });
  return refused(result, { code: "preflight.memory-short", facts });
};

/** The size is what the stage names; what counts while it runs is that logs and the journal find room. */
const disk = ({ host: { min, recommended } }: Profile, { bytes, freeBytes }: DiskFound): Finding => {
  const freeGb = Math.round(gigabytes(freeBytes) * 10) / 10;
  const size = atLeast("host.diskGb", gigabytes(bytes), min.diskGb, recommended.diskGb);
  return freeGb < keptFreeGb
    ? warned(size, { code: "preflight.disk-full", facts: { found: freeGb, needed: keptFreeGb } })
    : size;
};

const solidState = (isRotational: boolean | null): Finding => {
  const found = isRotational === null ? null : isRotational ? "no" : "yes";
  const result = finding("host.ssd", found, "yes");
  return isRotational === true ? warned(result, { code: "preflight.rotational", facts: {} }) : result;
};

/** The master's: every held client, the channels and pipes of two generations, those being told 503, its own files. */
export const descriptorsNeeded = ({ connections, backlog, workers }: Profile): number =>
  backlog + Math.max(connections, workers * 2 * perWorker + refusalsAtOnce + ownFiles);

const descriptors = (profile: Profile, found: number | null): Finding => {
  const { connections, backlog } = profile;
  const needed = descriptorsNeeded(profile);
  const result = finding("descriptors", found, needed);
  const advice: Message = { code: "preflight.descriptors", facts: { found, needed, connections, backlog } };
  return found !== null && found < needed ? refused(result, advice) : result;
};

/** Only for a busy moment of the master: the door takes clients out at once. */
const kernelBacklog = ({ connections }: Profile, found: number | null): Finding => {
  const result = finding("somaxconn", found, connections);
  return found !== null && found < connections
    ? warned(result, { code: "preflight.somaxconn", facts: { found, needed: connections } })
    : result;
};

/** A browser opens up to six connections to one address (TRAPS 8). */
const browsers = ({ users, instances, connections, backlog }: Profile): Finding => {
  const browsersHere = Math.ceil(users.max / instances);
  const needed = browsersHere * perBrowser;
  const found = connections + backlog;
  const facts = { found, needed, users: browsersHere, connections, backlog, perBrowser };
  const result = finding("browserConnections", found, needed);
  return found < needed ? warned(result, { code: "preflight.browsers", facts }) : result;
};

const megabytes = (bytes: number): number => Math.floor(bytes / 1_048_576);
const gigabytes = (bytes: number): number => bytes / 1_073_741_824;

const perBrowser = 6;
/** A channel, two pipes, and where its watchdog is asked. */
const perWorker = 4;
/** As many as `master/refuse.ts` tells at a time. */
const refusalsAtOnce = 512;
const ownFiles = 64;
const keptFreeGb = 1;
/** A machine of 8 GB tells a little less: the firmware keeps some, and so does a file system. */
const toldShare = 0.9;
/** With Express and both clients idle 37 MB, after load about 50, and 8 for the watchdog (TRAPS 16, 38). */
const unmeasuredWorkerBytes = 60 * 1_048_576;
