import { DashdError } from "../errors.ts";
import type { ChangeRequest, Progress } from "../protocol/control.ts";
import type { ChangePlan, ChangePorts, InForce } from "./change.ts";
import { createProgressFeed, type ProgressFeed } from "./progress-feed.ts";

/** Ends a change that is not committed yet, at once, whatever it waits for: what a rollback does that comes meanwhile. */
export interface Withdrawal {
  /** The same doers, but a change that waits for one of them waits no longer once it is withdrawn. */
  readonly ports: ChangePorts;
  /**
   * Progress of the rollback: how the generation before serves again, and its outcome as of any change, once who was on the
   * other has come over. Asked for twice, the same again. null where this change is not the one to withdraw.
   */
  ask(request: ChangeRequest): ProgressFeed | null;
  /** It stands: only a rollback of its own takes it back now. */
  isCommitted(): boolean;
  /** Is told every line of the change. */
  heard(line: Progress): void;
}

/** A rollback is none to withdraw: that would be forward again. */
export const createWithdrawal = (plan: ChangePlan, before: InForce, doers: ChangePorts): Withdrawal => {
  let isCommitted = false;
  let withdrawnBy: DashdError | null = null;
  let withdraw: (because: DashdError) => void = () => undefined;
  const withdrawn = new Promise<never>((_, reject) => {
    withdraw = reject;
  });
  withdrawn.catch(() => undefined);
  const feeds = new Set<ProgressFeed>();
  /** What the change said since it is taken back. */
  const said: Progress[] = [];

  const tell = (feed: ProgressFeed, line: Progress, now: InForce): void => {
    if (line.type === "step") return feed.push(line);
    feed.push(line.message.code === "E_REVERT_FAILED" ? line : servesAgain(plan, now));
    feed.end();
  };

  const orWithdrawn = <T>(waiting: Promise<T>): Promise<T> => Promise.race([waiting, withdrawn]);
  const commits = (): void => {
    if (withdrawnBy !== null) throw withdrawnBy;
    isCommitted = true;
  };

  return {
    ports: {
      ...doers,
      // The way back waits for the others: old ones that come up, new ones that go.
      whenUp: (generation) => {
        const isUp = doers.whenUp(generation);
        return generation === before.generation.id ? isUp : orWithdrawn(isUp);
      },
      whenGone: (generation, withinMs) => {
        const isGone = doers.whenGone(generation, withinMs);
        return generation === before.generation.id ? orWithdrawn(isGone) : isGone;
      },
      watch: (generation) => untilIt(doers.watch(generation), orWithdrawn),
      journal: {
        ...doers.journal,
        commit: async (...committed) => {
          commits();
          return doers.journal.commit(...committed);
        },
      },
    },
    ask: (request) => {
      if (request.kind !== "rollback" || plan.kind === "rollback" || isCommitted) return null;
      if (request.to !== null && request.to !== before.revision) return null;
      if (withdrawnBy === null) {
        const { by, reason } = request;
        withdrawnBy = new DashdError("E_WITHDRAWN", { because: "because.withdrawn", ...factsOf(plan), by, reason });
        withdraw(withdrawnBy);
      }
      const feed = createProgressFeed();
      feed.push({ type: "step", at: new Date().toISOString(), code: "step.withdrawing", facts: factsOf(plan) });
      for (const line of said) tell(feed, line, doers.inForce());
      feeds.add(feed);
      return feed;
    },
    isCommitted: () => isCommitted,
    heard: (line) => {
      if (said.length === 0 && line.type === "step" && line.code !== "step.reverted") return;
      said.push(line);
      for (const feed of feeds) tell(feed, line, doers.inForce());
    },
  };
};

const untilIt = async function* <T>(
  seen: AsyncIterable<T>,
  orWithdrawn: <R>(waiting: Promise<R>) => Promise<R>,
): AsyncGenerator<T, void> {
  const looks = seen[Symbol.asyncIterator]();
  for (;;) {
    const next = await orWithdrawn(looks.next());
    if (next.done === true) return;
    yield next.value;
  }
};

const servesAgain = (plan: ChangePlan, { revision, generation }: InForce): Progress => {
  const { stage } = generation.profile;
  const message = { code: "outcome.withdrawn", facts: { ...factsOf(plan), inForce: stage, revision } };
  return { type: "outcome", exitCode: 0, message, hint: null, stage, revision, generation: generation.id };
};

const factsOf = ({ kind, profile }: ChangePlan) => ({ kind, stage: profile.stage });
