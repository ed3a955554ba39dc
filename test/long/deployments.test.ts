import assert from "node:assert/strict";
import test from "node:test";
import { assertNoneFailed, countByKind, failedOf } from "../client/crowd.ts";
import {
  assertFailedWith,
  deploy,
  type Deployment,
  lastAnswerAfterMs,
  type Meanwhile,
  openShop,
  type Shop,
  stepsOf,
} from "../support/deployment-trial.ts";
import { type Fault, faults } from "../support/deployments.ts";
import { postgresMissing } from "../support/postgres.ts";
import { redisMissing } from "../support/redis.ts";
import { until } from "../support/until.ts";

interface Row {
  readonly what: string;
  readonly fault?: string;
  /** `reload` unless said. */
  readonly command?: (shop: Shop) => readonly string[];
  readonly windowSec?: number;
  readonly meanwhile?: (shop: Shop) => Meanwhile;
  readonly ends: Ending;
  /** What /data needs is away meanwhile: it may be told so, by whoever serves. */
  readonly sick?: true;
}

/** As the journal tells it; `figures`: facts that must be there, and what must hold of them. */
type Ending =
  | { readonly exit: 0 }
  | { readonly exit: 6; readonly said: RegExp }
  | { readonly exit: 3 | 4; readonly code: string; readonly because: RegExp; readonly figures?: Figures };

type Figures = Readonly<Record<string, (figure: number) => boolean>>;

const reverted = (because: RegExp, figures: Figures = {}): Ending => ({ exit: 3, code: "E_GATE", because, figures });
const notUp = (because: RegExp): Ending => ({ exit: 3, code: "E_CHANGE_FAILED", because });
const unknown: Ending = { exit: 4, code: "E_GATE_UNKNOWN", because: /^gate\.sick$/ };
const bad = (what: Fault, ends: Ending, windowSec?: number): Row => ({
  what: `new code that ${what}`,
  fault: faults[what],
  ends,
  ...(windowSec === undefined ? {} : { windowSec }),
});
/** On an instance that runs stage 1. */
const toStage2 = ({ app, profiles }: Shop): readonly string[] => ["start", app, "--stage", "2", "--profiles", profiles];
const atLeast = (least: number) => (figure: number) => figure >= least;

const table: readonly Row[] = [
  bad("throws at load", notUp(/on purpose/)),
  bad("never gets ready", notUp(/boot-timeout/)),
  bad("answers 500 to every fifth", reverted(/^gate\.errors$/, { found: atLeast(0.1), answers: atLeast(20) })),
  bad("is ten times slower", reverted(/^gate\.p95$/, { found: atLeast(400), before: atLeast(45) }), 8),
  bad("leaks", reverted(/^gate\.memory$/, { found: atLeast(400e6), rose: atLeast(256e6), before: atLeast(30e6) })),
  bad("blocks its loop", reverted(/^gate\.hangs$/, { found: atLeast(1) })),
  bad("crashes after 5 s", reverted(/^gate\.crashes$/, { found: atLeast(2) })),
  {
    what: "new code that never answers",
    fault: `app.use(() => undefined);`,
    ends: reverted(/^gate\.(errors|no-answer)$/),
  },
  {
    what: "a stage whose pools do not fit PostgreSQL",
    command: () => ["stage", "3"],
    ends: { exit: 6, said: /postgres\.max_connections/ },
  },
  {
    what: "good code, with Redis stopped in the window,",
    meanwhile: ({ redis }) => ({ watching: redis.stop }),
    ...{ windowSec: 5, ends: unknown, sick: true },
  },
  {
    what: "good code, with PostgreSQL stopped in the window,",
    meanwhile: ({ postgres }) => ({ watching: postgres.stop }),
    ...{ windowSec: 5, ends: unknown, sick: true },
  },
  {
    what: "bad code by `start --stage 2`",
    fault: faults["answers 500 to every fifth"],
    command: toStage2,
    ends: reverted(/^gate\.errors$/, { found: atLeast(0.1) }),
  },
  { what: "good code by `start --stage 2`", command: toStage2, ends: { exit: 0 } },
  {
    what: "good code, with Redis stopped and started again in the window,",
    meanwhile: ({ redis }) => ({
      watching: async () => {
        await redis.stop();
        await new Promise((resolve) => setTimeout(resolve, 8_000));
        await redis.restart();
      },
    }),
    // It is away in the second half, and back before the end: the second window is clean.
    ...{ windowSec: 12, ends: { exit: 0 }, sick: true },
  },
  { what: "good code", windowSec: 5, ends: { exit: 0 } },
];

test(
  "each deployment to a hundred users ends as promised, and no request fails but with the bad code",
  { timeout: 400_000, skip: postgresMissing() || redisMissing() },
  async (t) => {
    const shop = await openShop(t);
    let inForce = "one";
    for (const [index, row] of table.entries()) {
      const version = `two-${index}`;
      const ending = row.ends.exit === 0 ? "is committed" : `ends with ${row.ends.exit}`;
      await t.test(`${row.what} ${ending}`, async (one) => {
        const { revision } = await shop.dashd.status();
        shop.write(version, row.fault);
        const words = row.command?.(shop) ?? ["reload", "--watch-window", String(row.windowSec ?? 30)];
        const made = await deploy(shop, words, row.meanwhile?.(shop));
        one.diagnostic(told(version, made));
        assert.equal(made.code, row.ends.exit, made.stdout + made.stderr);
        if (row.sick === true) assertOnlyDataFailed(made);
        else assertFailedWith(version, made, shop.taken);
        await assertJournal(shop, revision, row.ends, made);
        assertSteps(row, made);
        if (row.ends.exit === 0) inForce = version;
        await assertServesOn(shop, inForce, row, made);
        if (row.sick === true) await bringBack(shop);
        await until("all is well", async () => {
          const { state, drift } = await shop.dashd.status();
          if (state === "held") return true;
          throw new Error(`${state}, drift ${drift.join(", ")}`);
        });
      });
    }
  },
);

/** Until the workers have it again, which is later than their server. */
const bringBack = async ({ crowd, ...services }: Shop): Promise<void> => {
  for (const service of [services.postgres, services.redis]) if (service.pid === 0) await service.restart();
  await until("every page to be answered", () => {
    const last = crowd.requests.slice(-200);
    return failedOf(last).length === 0;
  });
};

/** What was in force serves on with the same processes, or the new one alone does. */
const assertServesOn = async (
  { dashd }: Shop,
  version: string,
  { ends, sick }: Row,
  made: Deployment,
): Promise<void> => {
  const { before, after, later } = made;
  if (ends.exit === 0) assert.ok(after.every((pid) => !before.includes(pid)));
  else assert.deepEqual(after, before, "the old workers were never gone");
  assert.deepEqual(
    later.filter(({ by }) => by !== null && by.version !== version),
    [],
    "answered by those in force alone",
  );
  if (sick !== true) assertNoneFailed(later, 300);
  const { workers } = await dashd.status();
  assert.ok(workers.every(({ pid, restarts }) => restarts === 0 && after.includes(pid)));
};

/** A page that needs neither service is answered as ever, the others are told what is missing. */
const assertOnlyDataFailed = ({ requests }: Deployment): void =>
  assert.deepEqual(
    failedOf(requests).filter(({ failure, detail }) => failure !== "503" || !/^\/data.*"version":/.test(detail)),
    [],
  );

const assertJournal = async ({ dashd }: Shop, revision: number, ends: Ending, made: Deployment): Promise<void> => {
  const { entries } = JSON.parse((await dashd.run("history", "--json")).stdout);
  const last = entries.at(-1);
  switch (ends.exit) {
    case 6:
      assert.match(made.stdout + made.stderr, ends.said);
      assert.ok(stepsOf(made).length === 0, "nothing was begun");
      return;
    case 0: {
      assert.deepEqual([last.result, last.revision], ["committed", revision + 1]);
      const { evidence } = JSON.parse((await dashd.run("history", String(last.revision), "--json")).stdout);
      assert.deepEqual([evidence.before.revision, evidence.watched.crashes, evidence.watched.hangs], [revision, 0, 0]);
      assert.ok(evidence.watched.answers >= 100 && evidence.watched.p95Ms > 45 && evidence.before.p95Ms > 45);
      assert.ok(evidence.limits.length > 5);
      return;
    }
    default: {
      assert.deepEqual([last.result, last.because.code], ["reverted", ends.code]);
      assert.match(String(last.because.facts.because), ends.because);
      for (const [name, holds] of Object.entries(ends.figures ?? {}))
        assert.ok(holds(last.because.facts[name]), `${name}: ${JSON.stringify(last.because)}`);
    }
  }
};

/** The same for every change that was watched, whatever asked for it. */
const assertSteps = ({ ends, sick, fault }: Row, made: Deployment): void => {
  // Whether all workers of bad code are silent at once, so that the warm generation serves beside them, the host decides.
  const steps = stepsOf(made).filter((code) => fault === undefined || code !== "step.relieved");
  if (!steps.includes("step.watching")) return;
  const raised = ["step.planned", "step.forking", "step.ready", "step.readback", "step.switched", "step.watching"];
  const longer = sick === true ? ["step.watching-longer"] : [];
  const end =
    ends.exit === 0
      ? ["step.passed", "step.committed", "step.draining"]
      : ["step.switched", "step.reverted", "step.draining"];
  assert.deepEqual(steps, [...raised, ...longer, ...end]);
};

const told = (version: string, made: Deployment): string => {
  const failed = countByKind(failedOf(made.requests));
  const lastMs = made.code === 0 ? null : lastAnswerAfterMs(version, made);
  const after = lastMs === null ? "" : `, its last answer ${lastMs} ms after the door pointed back`;
  return `exit ${made.code}; ${made.requests.length} requests, failed ${JSON.stringify(failed)}${after}`;
};
