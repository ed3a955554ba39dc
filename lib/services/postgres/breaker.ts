import { circuitBreaker, CircuitState, ConsecutiveBreaker, handleWhen } from "cockatiel";
import { ServiceError } from "../service-error.ts";
import { serverFault } from "./faults.ts";

/** Stands in front of a server: while it is away, callers are told so at once instead of waiting for it in turn. */
export interface Breaker {
  /** Rejects with E_POSTGRES_DOWN at once while the server is known to be away. */
  run<T>(call: () => Promise<T>): Promise<T>;
  /** The master's probe says that the server is away, or back. */
  trip(isDown: boolean): void;
  /** What the server was found to be; null while calls go through. */
  fault(): string | null;
}

/** Opens after three failures in a row, lets one call through each second, and closes with the first that succeeds. */
export const createBreaker = (): Breaker => {
  let lastFault = "silent";
  const policy = circuitBreaker(
    handleWhen((error) => {
      const fault = serverFault(error);
      lastFault = fault ?? lastFault;
      return fault !== null;
    }),
    { halfOpenAfter: tryAgainAfterMs, breaker: new ConsecutiveBreaker(failuresInARow) },
  );
  let isolation: { dispose(): void } | null = null;
  let openedAtMs = 0;
  policy.onBreak(() => {
    openedAtMs = performance.now();
  });

  const isOpen = (): boolean => policy.state !== CircuitState.Closed;
  /** Cockatiel lets callers wait for the outcome of the one call that tries: here they would hold request slots. */
  const mayTry = (): boolean => {
    if (policy.state === CircuitState.Open) return performance.now() - openedAtMs >= tryAgainAfterMs;
    return policy.state === CircuitState.Closed;
  };

  return {
    run: async (call) => {
      if (!mayTry()) throw down(lastFault);
      try {
        return await policy.execute(call);
      } catch (error) {
        if (error instanceof ServiceError) throw error;
        const fault = serverFault(error);
        throw fault === null ? error : down(fault, error);
      }
    },
    trip: (isDown) => {
      if (isDown) isolation ??= policy.isolate();
      else {
        // Isolating and letting go closes it, whatever it found itself.
        (isolation ?? policy.isolate()).dispose();
        isolation = null;
      }
    },
    fault: () => (isOpen() ? lastFault : null),
  };
};

const down = (fault: string, cause?: unknown): ServiceError =>
  new ServiceError("E_POSTGRES_DOWN", `PostgreSQL is not available (${fault})`, cause);

const failuresInARow = 3;
const tryAgainAfterMs = 1_000;
