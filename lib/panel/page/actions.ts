import { type DrillName, drillNames, lacksFor, usualDrill } from "../../protocol/drill.ts";
import type { Snapshot } from "../../protocol/snapshot.ts";
import type { AboutAnswer, HistoryRow, PlanAnswer } from "../shapes.ts";
import { clock } from "./clock.ts";
import type { Words } from "./store.ts";

/**
 * What an operator can do from here; one row each. The plan is shown before it is asked for, and the request is made for
 * exactly that plan.
 */
export interface Action {
  /** Its words are `panel.do-<name>` (the button) and `panel.about-<name>` (what it does). */
  readonly name: string;
  readonly isOffered: (known: Known) => boolean;
  /** What there is to choose from, and the label of that; empty: nothing. The first is chosen. */
  readonly choose: string;
  readonly choices: (known: Known, words: Words) => readonly Choice[];
  /** What is shown before it is done: a plan that the master makes, or what a drill does and is judged by. */
  readonly shows:
    | { readonly what: "plan"; readonly path: (choice: string) => string }
    | { readonly what: "drill"; readonly drill: (choice: string) => DrillName };
  readonly path: string;
  readonly request: (choice: string, plan: PlanAnswer | null, reason: string | null) => unknown;
}

export interface Choice {
  readonly value: string;
  readonly text: string;
}

export interface Known {
  readonly snapshot: Snapshot;
  readonly about: AboutAnswer;
  readonly history: readonly HistoryRow[];
}

/** The journal is told by the server who it was. */
const by = "panel";

const isProduction = ({ snapshot }: Known): boolean => snapshot.mode === "production";

export const actions: readonly Action[] = [
  {
    name: "stage",
    isOffered: isProduction,
    choose: "panel.choose",
    choices: ({ snapshot, about }, words) =>
      about.stages
        .filter(({ stage }) => stage !== snapshot.stage)
        .map((row) => ({ value: String(row.stage), text: words("panel.stage-choice", { ...row }) })),
    shows: { what: "plan", path: (choice) => `/v1/plan?kind=stage&stage=${encodeURIComponent(choice)}` },
    path: "/v1/change",
    request: (choice, plan, reason) => ({
      kind: "stage",
      stage: Number(choice),
      planned: plan === null ? null : { revision: plan.from.revision, profileFingerprint: plan.profileFingerprint },
      by,
      reason,
    }),
  },
  {
    name: "reload",
    isOffered: () => true,
    choose: "panel.choose",
    choices: () => [],
    shows: { what: "plan", path: () => "/v1/plan?kind=reload" },
    path: "/v1/change",
    request: (_choice, _plan, reason) => ({ kind: "reload", by, reason }),
  },
  {
    name: "rollback",
    isOffered: isProduction,
    choose: "panel.choose",
    choices: ({ history }, words) => [
      { value: "", text: words("panel.rollback-previous") },
      ...history
        .filter(({ revision, inForce }) => revision !== null && !inForce)
        .map(({ revision, stage, at }) => ({
          value: String(revision),
          text: words("panel.rollback-choice", { revision, stage, at: clock(at) }),
        })),
    ],
    shows: { what: "plan", path: (choice) => `/v1/plan?kind=rollback&to=${encodeURIComponent(choice)}` },
    path: "/v1/change",
    request: (choice, _plan, reason) => ({
      kind: "rollback",
      to: choice === "" ? null : Number(choice),
      by,
      reason,
    }),
  },
  {
    name: "drill",
    isOffered: isProduction,
    choose: "panel.choose-drill",
    choices: ({ snapshot: { services } }, words) =>
      drillNames
        .filter((name) => lacksFor(name, services) === null)
        .map((name) => ({ value: name, text: words(`panel.drill-${name}`) })),
    shows: { what: "drill", drill: (choice) => drillNames.find((name) => name === choice) ?? "kill" },
    path: "/v1/drill/run",
    request: (choice, _plan, reason) => ({ drill: choice, slot: null, ...usualDrill, by, reason }),
  },
];
