import assert from "node:assert/strict";
import { test } from "node:test";
import type { Circumstances, Figures } from "../../../lib/health/figures.ts";
import { noLevels } from "../../../lib/health/hysteresis.ts";
import { judge } from "../../../lib/health/indicators.ts";
import type { Profile } from "../../../lib/profile/schema.ts";
import type { Indicator, IndicatorLevel } from "../../../lib/protocol/snapshot.ts";
import { say } from "../../../lib/words/say.ts";
import { ladder, quiet, unknown, untold, usual } from "./figures.ts";

const rowsOf = (profile: Profile, figures: Partial<Figures>, circumstances: Circumstances = usual) =>
  judge({ profile, figures: { ...quiet, ...figures }, circumstances, ladder, held: noLevels, nowMs: 0 });

const rowOf = (profile: Profile, name: string, figures: Partial<Figures>): Indicator => {
  const row = rowsOf(profile, figures).find((one) => one.name === name);
  assert.ok(row !== undefined, name);
  return row;
};

/** Each figure just below its threshold, at it and above it: as the contract's section 2 says what counts. */
interface Edge {
  readonly name: string;
  readonly warn: (profile: Profile) => number;
  /** null: there is none. */
  readonly critical: ((profile: Profile) => number) | null;
  readonly figures: (value: number, profile: Profile) => Partial<Figures>;
  /** The smallest step of the figure. */
  readonly step: number;
  /** `above`: only beyond it. `below`: only under it. */
  readonly counts?: "above" | "below";
}

const share = (name: "cpu" | "memory" | "diskIo"): Edge => ({
  name,
  warn: ({ indicators }) => indicators[name].warn,
  critical: ({ indicators }) => indicators[name].critical,
  figures: (value) => ({ [name]: value }),
  step: 0.001,
});

const edges: readonly Edge[] = [
  share("cpu"),
  share("memory"),
  share("diskIo"),
  {
    name: "responseP95",
    warn: ({ indicators }) => indicators.responseP95Ms.warn,
    critical: ({ indicators }) => indicators.responseP95Ms.critical,
    figures: (value) => ({ responseP95Ms: value }),
    step: 0.1,
  },
  {
    name: "errors",
    warn: ({ indicators }) => indicators.errors.warn,
    critical: ({ indicators }) => indicators.errors.critical,
    figures: (value) => ({ errorRate: value }),
    step: 0.0001,
  },
  {
    name: "redisHitRate",
    warn: ({ indicators }) => indicators.redisHitRate.warn,
    critical: ({ indicators }) => indicators.redisHitRate.critical,
    figures: (value) => ({ redis: { state: "up", hitRate: value, memory: 0.1 } }),
    step: 0.001,
    counts: "below",
  },
  {
    name: "redisMemory",
    warn: ({ indicators }) => indicators.redisMemory.warn,
    critical: ({ indicators }) => indicators.redisMemory.critical,
    figures: (value) => ({ redis: { state: "up", hitRate: 0.99, memory: value } }),
    step: 0.001,
  },
  {
    name: "postgresPool",
    warn: ({ indicators }) => indicators.postgresPool.warn,
    critical: ({ indicators }) => indicators.postgresPool.critical,
    figures: (value) => ({ postgresPoolBusy: value }),
    step: 0.001,
  },
  {
    name: "busyWorkers",
    warn: ({ workers, indicators }) => workers - indicators.busyWorkers.warnFree,
    critical: ({ workers, indicators }) => workers - indicators.busyWorkers.criticalFree,
    figures: (value) => ({ busyWorkers: value }),
    step: 1,
  },
  {
    name: "connections",
    warn: ({ indicators }) => indicators.connections.warnHeldSec,
    critical: null,
    figures: (value) => ({ held: 5, heldForSec: value }),
    step: 1,
  },
  {
    name: "waiting",
    warn: ({ indicators, queue }) => indicators.waiting.warn * queue.max,
    critical: ({ indicators, queue }) => indicators.waiting.critical * queue.max,
    figures: (value) => ({ held: Math.floor(value / 2), queued: value - Math.floor(value / 2) }),
    step: 1,
  },
  {
    name: "users",
    warn: ({ users, indicators }) => users.max * indicators.users.warn,
    critical: null,
    figures: (value) => ({ users: value }),
    step: 1,
    counts: "above",
  },
];

const expected = (edge: Edge, of: "warn" | "critical", side: -1 | 0 | 1, profile: Profile): IndicatorLevel => {
  // One more busy worker than N-1 is all of them.
  if (of === "warn" && side > 0 && edge.critical?.(profile) === edge.warn(profile) + edge.step) return "critical";
  const isBeyond = edge.counts === "below" ? side < 0 : edge.counts === "above" ? side > 0 : side >= 0;
  return of === "warn" ? (isBeyond ? "warn" : "ok") : isBeyond ? "critical" : "warn";
};

for (const profile of ladder) {
  for (const edge of edges) {
    for (const of of ["warn", "critical"] as const) {
      const threshold = edge[of];
      if (threshold === null) continue;
      test(`stage ${profile.stage}: ${edge.name} has the right level and advice below, at and above ${of}`, () => {
        for (const side of [-1, 0, 1] as const) {
          const value: number = threshold(profile) + side * edge.step;
          const row = rowOf(profile, edge.name, edge.figures(value, profile));
          const level = expected(edge, of, side, profile);
          assert.equal(row.level, level, `${value}`);
          assert.equal(row.advice !== null, level !== "ok", `advice at ${value}`);
          if (row.advice !== null) assertSaid(row);
        }
      });
    }
  }

  test(`stage ${profile.stage}: refusals at the door are critical from the first one on`, () => {
    const { criticalRefused } = profile.indicators.connections;
    assert.equal(rowOf(profile, "connections", { refusedLastMinute: criticalRefused - 1 }).level, "ok");
    const row = rowOf(profile, "connections", { refusedLastMinute: criticalRefused });
    assert.equal(row.level, "critical");
    assert.match(assertSaid(row).en, /refused in the last minute/);
  });

  test(`stage ${profile.stage}: Redis is as it says itself, and one that is off is not judged`, () => {
    const levels = { up: "ok", embedded: "ok", slow: "warn", down: "critical", off: "unknown" } as const;
    for (const [state, level] of Object.entries(levels)) {
      const redis = { state: state as keyof typeof levels, hitRate: null, memory: null };
      const row = rowOf(profile, "redis", { redis });
      assert.equal(row.level, level, state);
      if (row.advice !== null) assertSaid(row);
    }
  });
}

/** A whole sentence in both languages, with no fact missing. */
const assertSaid = ({ name, advice }: Indicator): { readonly en: string; readonly zh: string } => {
  assert.ok(advice !== null, name);
  const [en, zh] = [say("en", advice), say("zh", advice)];
  for (const text of [en, zh])
    assert.doesNotMatch(text, /–|undefined|NaN|null|Infinity|todo\.|part\./, `${name}: ${text}`);
  assert.match(en, /^[A-Z0-9].*\.$/, en);
  assert.match(zh, /\p{Script=Han}.*。$/u, zh);
  return { en, zh };
};

test("every indicator of the contract has its row, in the contract's order", () => {
  for (const profile of ladder) {
    assert.deepEqual(
      rowsOf(profile, {}).map(({ name }) => name),
      [
        ...["cpu", "memory", "diskIo", "responseP95", "errors", "redis", "redisHitRate", "redisMemory", "postgresPool"],
        ...["busyWorkers", "connections", "waiting", "users"],
      ],
    );
  }
});

test("a quiet instance is well, and gets no advice", () => {
  for (const profile of ladder)
    for (const row of rowsOf(profile, {})) assert.deepEqual([row.name, row.level, row.advice], [row.name, "ok", null]);
});

test("where nothing was measured nothing is claimed", () => {
  const counted = new Set(["busyWorkers", "connections", "waiting"]);
  for (const profile of ladder)
    for (const row of rowsOf(profile, unknown, untold)) {
      assert.deepEqual([row.name, row.level], [row.name, counted.has(row.name) ? "ok" : "unknown"]);
      assert.equal(row.advice, null);
    }
});

test("a level that is held while its figure is not known any more still says a whole sentence", () => {
  const reached = { betterSinceMs: 0 };
  for (const profile of ladder) {
    const names = rowsOf(profile, {}).map(({ name }) => name);
    const held = new Map(names.map((name) => [name, { warn: reached, critical: reached }]));
    for (const figures of [unknown, quiet])
      for (const circumstances of [untold, usual]) {
        const rows = judge({ profile, figures, circumstances, ladder, held, nowMs: 1 });
        for (const row of rows) {
          assert.equal(row.level, "critical", row.name);
          assertSaid(row);
        }
      }
  }
});

test("a level that is only held up a little longer says that it is better, and asks for nothing", () => {
  const held = new Map(["postgresPool", "users"].map((name) => [name, { warn: { betterSinceMs: 0 }, critical: null }]));
  for (const profile of ladder) {
    const rows = judge({ profile, figures: quiet, circumstances: usual, ladder, held, nowMs: 1 });
    const said = (name: string): string => {
      const row = rows.find((one) => one.name === name);
      assert.ok(row !== undefined && row.level === "warn");
      assertSaid(row);
      return say("en", row.advice ?? { code: "", facts: {} });
    };
    assert.doesNotMatch(said("postgresPool"), /set postgres.connections|max_connections/);
    assert.doesNotMatch(said("users"), /are more than/);
  }
});
