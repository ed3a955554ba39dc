/** One worker as the door sees it when it places a connection. */
export interface Candidate {
  readonly id: number;
  /** Connections it holds, the one on its way included. */
  readonly connections: number;
  /** Connections it was ever given: breaks ties, or one worker would get every first client (TRAPS 54). */
  readonly given: number;
  /** A hand-over not yet acknowledged: at most one at a time (TRAPS 43). */
  readonly handingOver: boolean;
  /** How long it has been silent beyond what is expected of it; 0 when it is on time. */
  readonly lateMs: number;
}

/**
 * The worker for the next connection, or null to wait for an acknowledgement.
 *
 * Fewest connections first. A late worker comes last: as long as one is on time, the connection rather waits for that
 * one's acknowledgement. Where all are late, the least late.
 */
export const chooseWorker = <T extends Candidate>(candidates: readonly T[]): T | null => {
  let best: T | null = null;
  let someOnTime = false;
  for (const candidate of candidates) {
    if (candidate.lateMs === 0) someOnTime = true;
    if (candidate.handingOver) continue;
    if (best === null || comesBefore(candidate, best)) best = candidate;
  }
  return best !== null && someOnTime && best.lateMs > 0 ? null : best;
};

const comesBefore = (a: Candidate, b: Candidate): boolean => {
  if (a.lateMs !== b.lateMs) return a.lateMs < b.lateMs;
  if (a.connections !== b.connections) return a.connections < b.connections;
  return a.given < b.given;
};
