import { DashdError } from "../../errors.ts";
import type { DrillName } from "../../protocol/drill.ts";
import { type Bounds, boundsOf, planBurst } from "../../protocol/drill-promises.ts";
import { gatherCrowd } from "./crowd.ts";
import { judgeBurst } from "./judge-burst.ts";
import { judgePostgresSlow, judgeRedisDown } from "./judge-service.ts";
import { judgeHang, judgeKill, successorIn } from "./judge-worker.ts";
import type { Judged } from "./lines.ts";
import { isAsBefore, isWell, lookOf, type Seen, wellFromMs } from "./observations.ts";
import type { Stand } from "./run-drill.ts";
import { startVisitors, type Visitors } from "./visitors.ts";
import { createWatch, type Watch } from "./watch.ts";
import { serves } from "../../protocol/serves.ts";

/** The drills that users of its own sit through: they ask before, meanwhile and after. */
export const seenByUsers = async (stand: Stand): Promise<Judged | null> => {
  const { plan, ports, snapshot, random } = stand;
  const { told, interrupted, now } = ports;
  const { drill, paths, users } = plan;
  const ofService = drill === "redis-down" || drill === "postgres-slow";
  told({ code: "drill.asking", facts: { users, paths } });
  const bounds = boundsOf(snapshot);
  const deadlineMs = deadlineOf(drill, bounds);
  const visitors = startVisitors({ url: snapshot.url, paths, users, random, deadlineMs, now });
  try {
    const watch = createWatch({ client: ports.client, asksReady: ofService, interrupted, now });
    if (!(await allAreAnswered(stand, visitors, watch))) return null;
    const before = watch.looks().at(-1) ?? lookOf(snapshot, now(), null);
    const begun = await stand.begin(ofService ? null : await victimOf(stand));
    let restoredAtMs = begun.beganAtMs;
    const seen = (): Seen => {
      const box = ports.boxes().find(({ pid }) => pid === begun.worker?.pid) ?? null;
      const looks = watch.looks().filter(({ atMs }) => atMs >= begun.beganAtMs);
      return { bounds, begun, before, looks, asked: visitors.asked(), restoredAtMs, box: ofService ? null : box };
    };
    const withinMs = bounds.bootTimeoutMs + (drill === "hang" ? bounds.hangKillAfterMs : 0) + lookMarginMs;
    if (ofService) {
      await watch.until(() => false, plan.seconds * 1_000);
      if (interrupted.aborted) return null;
      await stand.restore();
      restoredAtMs = now();
    } else if (!(await watch.until(() => isReplaced(seen()), withinMs)) && interrupted.aborted) return null;
    await watch.until(() => isWellForAWhile(seen(), now()), ofService ? wellWithinMs : withinMs);
    await visitors.stop();
    return interrupted.aborted ? null : judges[drill as keyof typeof judges](seen());
  } finally {
    await visitors.destroy();
  }
};

/** More clients at once than may be open, none of which asks for anything before everybody has been counted. */
export const burst = async (stand: Stand): Promise<Judged | null> => {
  const { plan, ports, snapshot } = stand;
  const { told, interrupted, now } = ports;
  const watch = createWatch({ client: ports.client, asksReady: false, interrupted, now });
  await stand.begin(null);
  await watch.until(() => true, 0);
  const before = watch.looks().at(-1) ?? lookOf(snapshot, now(), null);
  const asked = planBurst(boundsOf(snapshot), before);
  told({ code: "drill.crowd", facts: { clients: asked.clients, limit: asked.limit } });
  const crowd = gatherCrowd({ url: snapshot.url, path: plan.paths[0] ?? "/", clients: asked.clients, now });
  try {
    const last = () => watch.looks().at(-1) ?? before;
    await watch.until(() => last().connections >= asked.limit && last().held >= asked.held, countedWithinMs);
    // A limit that gives way does so in a moment like this.
    await watch.until(() => false, countedForMs);
    if (interrupted.aborted) return null;
    const answers = crowd.ask(answerWithinMs);
    let figures: Awaited<typeof answers> | null = null;
    void answers.then((found) => (figures = found));
    await watch.until(() => figures !== null, answerWithinMs);
    const found = await answers;
    await watch.until(() => last().connections <= before.connections && last().held === 0, wellWithinMs);
    return interrupted.aborted
      ? null
      : judgeBurst({ plan: asked, before, looks: watch.looks(), after: last(), crowd: found });
  } finally {
    crowd.destroy();
  }
};

/** Each path a few times, by everybody; throws E_DRILL_UNFIT where one is not answered well before there is any fault. */
const allAreAnswered = async ({ plan, ports }: Stand, visitors: Visitors, watch: Watch): Promise<boolean> => {
  const enough = (): boolean => {
    const asked = visitors.asked();
    const bad = asked.find((one) => !isWell(one));
    if (bad !== undefined) {
      const { path, status, failure } = bad;
      const facts = { drill: plan.drill, because: "not-answered", path, status, failure };
      throw new DashdError("E_DRILL_UNFIT", facts, { hint: "dashd logs" });
    }
    return (
      asked.length >= answersBefore * plan.users && plan.paths.every((path) => asked.some((one) => one.path === path))
    );
  };
  await watch.until(enough, settleWithinMs);
  return !ports.interrupted.aborted;
};

/** The one that was asked for; else by chance, of those that hold a connection if there are any: there is more to lose. */
const victimOf = async ({ plan, ports, random }: Stand): Promise<number | null> => {
  if (plan.slot !== null) return plan.slot;
  const { workers, generation } = await ports.client.status();
  const ready = workers.filter((row) => row.generation === generation && serves(row));
  const busy = ready.filter(({ connections }) => connections > 0);
  const among = busy.length > 0 ? busy : ready;
  return among[Math.floor(random() * among.length)]?.slot ?? null;
};

/** Somebody else is ready in its place, and its black box is complete. */
const isReplaced = (seen: Seen): boolean =>
  successorIn(seen) !== null && seen.box !== null && seen.box.followed !== null;

const isWellForAWhile = (seen: Seen, nowMs: number): boolean => {
  const fromMs = wellFromMs(seen, seen.restoredAtMs);
  const last = seen.looks.at(-1);
  return fromMs !== null && last !== undefined && isAsBefore(last, seen.before) && nowMs - fromMs >= settledForMs;
};

const judges = {
  kill: judgeKill,
  hang: judgeHang,
  "redis-down": judgeRedisDown,
  "postgres-slow": judgePostgresSlow,
} as const;

/** Of one request: longer than what the drill lets it take, so that what comes too late is told from what never comes. */
const deadlineOf = (drill: DrillName, { hangKillAfterMs, bootTimeoutMs }: Bounds): number => {
  if (drill === "hang") return 2 * hangKillAfterMs + bootTimeoutMs + answerWithinMs;
  return drill === "redis-down" ? shortAnswerMs : answerWithinMs;
};

const answersBefore = 3;
/** A page that is slow by itself has its time. */
const settleWithinMs = 20_000;
const settledForMs = 1_000;
const wellWithinMs = 15_000;
const lookMarginMs = 10_000;
const answerWithinMs = 25_000;
const shortAnswerMs = 8_000;
const countedWithinMs = 3_000;
const countedForMs = 500;
