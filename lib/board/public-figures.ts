import type { Snapshot } from "../index.ts";

/**
 * The part of the snapshot that anybody who reaches the service may see: how it runs, but no path, no process and no
 * address of the admin side.
 */
export const publicFigures = (snapshot: Snapshot, answeredBySlot: number) => ({
  state: snapshot.state,
  stage: snapshot.stage,
  revision: snapshot.revision,
  generation: snapshot.generation,
  answeredBySlot,
  drift: snapshot.drift,
  load: snapshot.load,
  limits: snapshot.limits
    .filter(({ declared }) => declared !== null)
    .map(({ name, declared, effective, proven, drift }) => ({ name, declared, effective, proven, drift })),
  workers: snapshot.workers.map(({ slot, generation, state, connections, inFlight, queued, served }) => ({
    slot,
    generation,
    state,
    connections,
    inFlight,
    queued,
    served,
  })),
});
