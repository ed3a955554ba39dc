import type { Facts } from "../errors.ts";
import type { AdviceInput } from "./advice.ts";
import type { WorkerLoad } from "./figures.ts";

/** Who uses the CPU, and how many cores this load needs. */
export const cpuFacts = ({ profile, figures: { cpu }, circumstances: { host, workers } }: AdviceInput): Facts => {
  const { warn } = profile.indicators.cpu;
  const { cores } = host;
  const usedCores = cpu === null || cores === null ? null : cpu * cores;
  const workersCores = sumOf(workers, "cores");
  const busiest = most(workers, "cores");
  const othersCores = usedCores === null || workersCores === null ? null : Math.max(0, usedCores - workersCores);
  const isOthers = othersCores !== null && workersCores !== null && othersCores > workersCores;
  return {
    ...{ value: cpu, warn, cores, workersCores: tenths(workersCores), othersCores: tenths(othersCores) },
    busiest: busiest?.slot ?? null,
    busiestCores: tenths(busiest?.cores ?? null),
    // Just enough would still be at the threshold.
    neededCores: usedCores === null ? null : Math.floor(usedCores / warn + tiny) + 1,
    todo: isOthers ? "todo.look-at-others" : isAlone(workers, busiest) ? "todo.look-at-slot" : null,
    slot: busiest?.slot ?? null,
  };
};

/** What the workers take, how many of them fit, and what all of them would need. */
export const memoryFacts = ({ profile, figures, circumstances, ladder }: AdviceInput): Facts => {
  const { warn } = profile.indicators.memory;
  const { memoryBytes } = circumstances.host;
  const known = circumstances.workers.filter(({ rssBytes }) => rssBytes !== null).length;
  const workersBytes = sumOf(circumstances.workers, "rssBytes");
  const oneBytes = workersBytes === null ? null : workersBytes / known;
  const usedBytes = figures.memory === null || memoryBytes === null ? null : figures.memory * memoryBytes;
  const othersBytes = usedBytes === null || workersBytes === null ? null : Math.max(0, usedBytes - workersBytes);
  const fit =
    memoryBytes === null || othersBytes === null || oneBytes === null
      ? null
      : Math.max(0, Math.floor((warn * memoryBytes - othersBytes) / oneBytes));
  const lower = ladder.findLast(({ stage, workers }) => stage < profile.stage && workers <= (fit ?? 0));
  const isOthers = othersBytes !== null && workersBytes !== null && othersBytes > workersBytes;
  return {
    ...{ value: figures.memory, warn, memoryBytes, workersBytes, oneBytes, othersBytes, fit },
    workers: known,
    neededBytes: othersBytes === null || oneBytes === null ? null : (othersBytes + oneBytes * profile.workers) / warn,
    recommendedGb: profile.host.recommended.memoryGb,
    nextStage: lower?.stage ?? null,
    todo: lower !== undefined ? "todo.lower-stage" : isOthers ? "todo.look-at-others" : null,
  };
};

/** Who writes. */
export const diskFacts = ({ profile, figures, circumstances }: AdviceInput): Facts => {
  const { host, workers, masterWritesBytesPerSec } = circumstances;
  const workersBytesPerSec = sumOf(workers, "writesBytesPerSec");
  const busiest = most(workers, "writesBytesPerSec");
  const ours = Math.max(workersBytesPerSec ?? 0, masterWritesBytesPerSec ?? 0);
  const isOurs = ours >= muchBytesPerSec;
  const isMaster = (masterWritesBytesPerSec ?? 0) > (workersBytesPerSec ?? 0);
  return {
    ...{ value: figures.diskIo, workersBytesPerSec, masterBytesPerSec: masterWritesBytesPerSec },
    busiest: isOurs ? (busiest?.slot ?? null) : null,
    turns: host.isRotational === true,
    wantsSsd: host.isRotational === true && profile.host.recommended.ssd,
    todo:
      workersBytesPerSec === null || !isOurs
        ? "todo.look-at-others"
        : isMaster
          ? "todo.look-at-logs"
          : "todo.look-at-slot",
    slot: busiest?.slot ?? null,
  };
};

type Figure = "cores" | "rssBytes" | "writesBytesPerSec";

/** Of those that tell; null where none does. */
const sumOf = (workers: readonly WorkerLoad[], figure: Figure): number | null => {
  const known = workers.flatMap((worker) => worker[figure] ?? []);
  return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0);
};

const most = (workers: readonly WorkerLoad[], figure: Figure): WorkerLoad | null =>
  workers.toSorted((a, b) => (b[figure] ?? 0) - (a[figure] ?? 0)).find((worker) => (worker[figure] ?? 0) > 0) ?? null;

/** One has its core full while the others have not: more workers or cores would not help it. */
const isAlone = (workers: readonly WorkerLoad[], busiest: WorkerLoad | null): boolean => {
  const own = busiest?.cores ?? 0;
  const rest = (sumOf(workers, "cores") ?? 0) - own;
  return own >= fullCore && rest < own;
};

const tenths = (value: number | null): number | null => (value === null ? null : Math.round(value * 10) / 10);

const tiny = 1e-9;
const fullCore = 0.9;
/** A disk that turns is busy with some megabytes a second of scattered writes. */
const muchBytesPerSec = 1_048_576;
