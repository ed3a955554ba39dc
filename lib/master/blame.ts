import type { GateVerdict, SickPart, Watched } from "./gates.ts";

/** Keeps from a generation what a sick service did to it: before that was told, and until its workers have heard that it is over. */
export interface Blame {
  /** Answers and errors without those of sick times; `sick`: who was, in the second half of the time, of which its p95 is. */
  counted(now: Watched): Watched;
  /** Errors and slowness are believed once nothing was found sick for as long as that may take. */
  believed(found: GateVerdict, now: Watched): GateVerdict;
}

/** For one window; looks come once a second. */
export const createBlame = (): Blame => {
  const looks: Look[] = [];
  let before: Pick<Watched, "answers" | "errors"> = { answers: 0, errors: 0 };
  let suspectAtMs: number | null = null;

  const isBlameless = ({ forMs }: Look): boolean =>
    looks.some(
      (other) => other.sick.length > 0 && other.forMs - forMs <= toldWithinMs && forMs - other.forMs <= overWithinMs,
    );

  return {
    counted: (now) => {
      const { forMs, sick } = now;
      looks.push({ forMs, sick, answers: now.answers - before.answers, errors: now.errors - before.errors });
      before = now;
      const own = looks.filter((look) => !isBlameless(look));
      return {
        ...now,
        answers: own.reduce((sum, { answers }) => sum + answers, 0),
        errors: own.reduce((sum, { errors }) => sum + errors, 0),
        sick: [...new Set(looks.filter((look) => look.forMs >= forMs / 2).flatMap((look) => look.sick))],
      };
    },
    believed: (found, { forMs, leansOnServices }) => {
      const isSuspect = found.verdict === "failed" && othersDo.has(found.because.code);
      if (!isSuspect || !leansOnServices) {
        suspectAtMs = null;
        return found;
      }
      suspectAtMs ??= forMs;
      return forMs - suspectAtMs >= toldWithinMs ? found : { verdict: "wait" };
    },
  };
};

interface Look {
  readonly forMs: number;
  readonly sick: readonly SickPart[];
  /** Since the look before. */
  readonly answers: number;
  readonly errors: number;
}

/** What a sick service can do as well. */
const othersDo: ReadonlySet<string> = new Set(["gate.errors", "gate.p95", "gate.no-answer"]);
/** A probe looks once a second, and gives its server a second or two. */
const toldWithinMs = 3_000;
/** Workers are told at once; requests that waited end, and beats tell of them. */
const overWithinMs = 2_000;
