/** One worker as the door sees it when it places a connection. */
export interface Candidate {
  readonly id: number;
  /** Connections it holds, the one on its way included. */
  readonly connections: number;
  /** Connections it was ever given: breaks ties, or one worker would get every first client (TRAPS 54). */
  readonly given: number;
  /** A hand-over not yet acknowledged: at most one at a time (TRAPS 43). */
  readonly handingOver: boolean;
  /** As many requests as it has slots and queue places for: with one from each connection, the next would be shed. */
  readonly capacity: number;
  /** How long it has been silent beyond what is expected of it; 0 when it is on time. */
  readonly lateMs: number;
  /** On time for a while. */
  readonly calm: boolean;
}

/**
 * The worker for the next connection, or null to wait.
 *
 * Fewest connections first. A late or full worker comes last: as long as one is on time and has room, the connection
 * rather waits for that one's acknowledgement (on a busy host the one that gets the CPU would otherwise take everything,
 * and shed it). Where all are late or full, the connection waits for the worker that is still to come, and where none is
 * (`whole`), it goes to the least late.
 */
export const chooseWorker = <T extends Candidate>(candidates: readonly T[], whole: boolean): T | null => {
  let best: T | null = null;
  let someFit = false;
  for (const candidate of candidates) {
    if (isFit(candidate)) someFit = true;
    if (candidate.handingOver) continue;
    if (best === null || comesBefore(candidate, best)) best = candidate;
  }
  return best !== null && !isFit(best) && (someFit || !whole) ? null : best;
};

/**
 * The worker for a connection that one gave back so that another has it: the one with the fewest of those that are fit
 * and calm, never the giver while there is such a one. It waits for that one's acknowledgement, or the connections that seven give
 * for an eighth would mostly land on the seven again.
 */
export const chooseTaker = <T extends Candidate>(candidates: readonly T[], giver: number, whole: boolean): T | null => {
  let best: T | null = null;
  for (const candidate of candidates) {
    if (candidate.id === giver || !candidate.calm || !isFit(candidate)) continue;
    if (best === null || comesBefore(candidate, best)) best = candidate;
  }
  if (best === null) return chooseWorker(candidates, whole);
  return best.handingOver ? null : best;
};

const isFit = ({ lateMs, connections, capacity }: Candidate): boolean => lateMs === 0 && connections < capacity;

const comesBefore = (a: Candidate, b: Candidate): boolean => {
  if (isFit(a) !== isFit(b)) return isFit(a);
  if (a.lateMs !== b.lateMs) return a.lateMs < b.lateMs;
  if (a.connections !== b.connections) return a.connections < b.connections;
  return a.given < b.given;
};
