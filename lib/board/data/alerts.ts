import type { StoreHealth } from "./queries.ts";

/** A store in trouble, with all that is wrong there, the worst first. */
export interface StoreAlert {
  readonly storeId: number;
  readonly en: string;
  readonly zh: string;
  readonly level: "high" | "medium";
  readonly reasons: readonly AlertReason[];
}

export type AlertReason =
  /** No order today, and by this time a week ago there were `expected`. */
  | { readonly kind: "silent"; readonly expected: number }
  /** The last seven full days against the mean of the three weeks before: -0.4 is two fifths less. */
  | { readonly kind: "falling"; readonly change: number }
  /** The share of the week's orders that came back. */
  | { readonly kind: "returns"; readonly rate: number }
  /** The share of products with none left, and how many they are. */
  | { readonly kind: "shelves"; readonly share: number; readonly out: number };

/** Which stores need somebody's attention today and why. */
export const alertsOf = (stores: readonly StoreHealth[]): readonly StoreAlert[] =>
  stores
    .map((store) => ({ store, found: rules.flatMap((rule) => rule(store) ?? []) }))
    .filter(({ found }) => found.length > 0)
    .map(({ store, found }) => ({
      storeId: store.id,
      en: store.en,
      zh: store.zh,
      weight: Math.max(...found.map(({ weight }) => weight)),
      reasons: found.sort((one, other) => other.weight - one.weight).map(({ reason }) => reason),
    }))
    .sort((one, other) => other.weight - one.weight || one.storeId - other.storeId)
    .map(({ weight, ...alert }) => ({ ...alert, level: weight >= 1 ? ("high" as const) : ("medium" as const) }));

/** `weight`: 1 and above is high. */
interface Finding {
  readonly weight: number;
  readonly reason: AlertReason;
}

const rules: readonly ((store: StoreHealth) => Finding | null)[] = [
  ({ todayOrders, lastWeekOrders }) =>
    todayOrders === 0 && lastWeekOrders >= limits.silentOrders
      ? { weight: 3, reason: { kind: "silent", expected: lastWeekOrders } }
      : null,
  ({ weekCents, usualCents }) => {
    if (usualCents <= 0) return null;
    const change = weekCents / usualCents - 1;
    return change <= -limits.fall ? { weight: -change / limits.highFall, reason: { kind: "falling", change } } : null;
  },
  ({ weekOrders, weekReturned }) => {
    const rate = weekOrders >= limits.fewOrders ? weekReturned / weekOrders : 0;
    return rate >= limits.returns ? { weight: rate / limits.highReturns, reason: { kind: "returns", rate } } : null;
  },
  ({ shelves, out }) => {
    const share = shelves > 0 ? out / shelves : 0;
    return share >= limits.empty ? { weight: share / limits.highEmpty, reason: { kind: "shelves", share, out } } : null;
  },
];

/**
 * Chosen for these data: healthy stores swing by some 10 % from week to week, get 2 % back and lack 0.4 % of their
 * products.
 */
const limits = {
  silentOrders: 5,
  fall: 0.2,
  highFall: 0.35,
  fewOrders: 30,
  returns: 0.08,
  highReturns: 0.15,
  empty: 0.05,
  highEmpty: 0.15,
};
