/** Wrong tokens of an address: ten in a minute, then none is looked at until the minute has passed. */
export interface Tries {
  spent(address: string): boolean;
  failed(address: string): void;
}

/** `nowMs`: monotonic. A thousand addresses are remembered. */
export const createTries = (nowMs: () => number): Tries => {
  const byAddress = new Map<string, { readonly sinceMs: number; readonly count: number }>();
  const current = (address: string) => {
    const entry = byAddress.get(address);
    return entry !== undefined && nowMs() - entry.sinceMs < windowMs ? entry : { sinceMs: nowMs(), count: 0 };
  };
  return {
    spent: (address) => current(address).count >= maxTries,
    failed: (address) => {
      const { sinceMs, count } = current(address);
      byAddress.delete(address);
      byAddress.set(address, { sinceMs, count: count + 1 });
      const oldest = byAddress.keys().next().value;
      if (byAddress.size > maxAddresses && oldest !== undefined) byAddress.delete(oldest);
    },
  };
};

const maxTries = 10;
const windowMs = 60_000;
const maxAddresses = 1000;
