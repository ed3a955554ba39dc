/** What a second of the workers in force was: the beats that came in it, added up. */
export interface WorkSecond {
  readonly atMs: number;
  readonly answers: number;
  /** Of workers that had something to do: CPU time, and how long it was. */
  readonly cpuMs: number;
  readonly spanMs: number;
  /** Of those that had nothing to do. */
  readonly idleCpuMs: number;
  readonly idleSpanMs: number;
  /** In a request slot, and in queries. */
  readonly serviceMs: number;
  readonly served: number;
  readonly queryMs: number;
  /** Cores that everything but the workers used; null: the host does not tell. */
  readonly othersCores: number | null;
}

/** What a request costs. */
export interface Measured {
  readonly requests: number;
  readonly cpuMsPerRequest: number;
  readonly serviceMsPerRequest: number;
  readonly queryMsPerRequest: number | null;
  /** Cores that one worker uses with nothing to do. */
  readonly idleCores: number;
  readonly othersCores: number;
}

/** null with fewer requests than {@link fewestRequests}. Pure. */
export const measureWork = (seconds: readonly WorkSecond[]): Measured | null => {
  const sum = (figure: Exclude<keyof WorkSecond, "atMs" | "othersCores">): number =>
    seconds.reduce((total, second) => total + second[figure], 0);
  const requests = sum("answers");
  const served = sum("served");
  if (requests < fewestRequests || served === 0) return null;
  const idleCores = idleCoresIn(seconds);
  const workMs = Math.max(0, sum("cpuMs") - idleCores * sum("spanMs"));
  const queryMs = sum("queryMs");
  const others = seconds.flatMap(({ answers, othersCores }) => (answers > 0 ? (othersCores ?? []) : []));
  return {
    requests,
    cpuMsPerRequest: workMs / requests,
    serviceMsPerRequest: sum("serviceMs") / served,
    queryMsPerRequest: queryMs === 0 ? null : queryMs / requests,
    idleCores,
    othersCores: others.length === 0 ? 0 : Math.max(0, others.reduce((total, one) => total + one, 0) / others.length),
  };
};

/**
 * Of the quietest tenth of the seconds: what a worker does now and then, or once after its start, is no part of it. Of fewer
 * than ten there is no tenth: two seconds after a start told half of what requests cost as the workers' own.
 */
const idleCoresIn = (seconds: readonly WorkSecond[]): number => {
  const idle = seconds.flatMap(({ idleCpuMs, idleSpanMs }) => (idleSpanMs > 0 ? [idleCpuMs / idleSpanMs] : []));
  return idle.length < 10 ? 0 : (idle.toSorted((a, b) => a - b)[Math.floor(idle.length / 10)] ?? 0);
};

/** Requests that differ by their own size, as those of a page do: the mean of so many is right within 7 %. */
export const fewestRequests = 200;
/** What is measured is the traffic of so long. */
export const windowMs = 300_000;
