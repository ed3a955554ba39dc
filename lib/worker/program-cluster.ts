import cluster from "node:cluster";

/**
 * The hosted program sees what it would see if `node` ran it: one process, no cluster. Libraries that ask `isWorker`
 * (log4js, prom-client) would otherwise talk to a primary that does not know them, and `if (cluster.isPrimary) fork();
 * else serve()` comes to its `fork()`, which is refused: dashd is what forks. Node's own net, dgram and cluster ask too,
 * whenever something listens or binds, and are told the truth.
 */
export const hideCluster = (refused: (error: Error) => void): void => {
  const asked = {
    isPrimary: [true, cluster.isPrimary],
    isMaster: [true, cluster.isPrimary],
    isWorker: [false, cluster.isWorker],
    worker: [undefined, cluster.worker],
  } as const;
  for (const [name, [told, truth]] of Object.entries(asked)) {
    const get = (): unknown => (isAskedByNode(get) ? truth : told);
    Object.defineProperty(cluster, name, { get, configurable: true, enumerable: true });
  }
  Object.assign(cluster, { workers: {}, settings: {}, SCHED_NONE: 1, SCHED_RR: 2, schedulingPolicy: 2 });
  for (const name of ["fork", "setupPrimary", "setupMaster"] as const) {
    const refuse = (): never => {
      const error = new Error(`cluster.${name}()`);
      Error.captureStackTrace(error, refuse);
      refused(error);
      throw error;
    };
    Object.defineProperty(cluster, name, { value: refuse, configurable: true, enumerable: true, writable: true });
  }
};

/** By the frame that reads the property; only when something listens, binds, or asks what it is. */
const isAskedByNode = (getter: () => unknown): boolean => {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const asking: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = 1;
    Error.prepareStackTrace = (_, frames) => frames[0]?.getFileName() ?? null;
    Error.captureStackTrace(asking, getter);
    const { stack } = asking;
    return typeof stack === "string" && nodesOwn.test(stack);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    // Absent, not undefined, is what Node takes for "nobody has set it".
    if (prepareStackTrace === undefined) Reflect.deleteProperty(Error, "prepareStackTrace");
    else Error.prepareStackTrace = prepareStackTrace;
  }
};

const nodesOwn = /^node:(net|dgram|internal\/cluster\/.*)$/;
