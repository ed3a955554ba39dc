/** The answer to INFO as names and values; sections and blank lines are left out. Pure. */
export type RedisInfo = Readonly<Record<string, string>>;

export const parseInfo = (text: string): RedisInfo =>
  Object.fromEntries(
    text.split(/\r?\n/).flatMap((line) => {
      const [, name, value] = /^([^#:\s][^:]*):(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );

/** null where it is missing or no number: servers of other makes leave fields out. */
export const infoNumber = (info: RedisInfo, name: string): number | null => {
  const text = info[name];
  const value = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
};

/** A replica as its master lists it: `slave0:ip=10.0.0.2,port=6379,state=online,offset=14,lag=1`. */
export interface ListedReplica {
  readonly isOnline: boolean;
  readonly lagSec: number | null;
}

export const listedReplicas = (info: RedisInfo): readonly ListedReplica[] =>
  Object.entries(info).flatMap(([name, value]) => {
    if (!/^slave\d+$/.test(name)) return [];
    const parts = new Map(value.split(",").map((part) => [part.split("=")[0] ?? "", part.split("=")[1] ?? ""]));
    const lag = parts.get("lag") ?? "";
    return [{ isOnline: parts.get("state") === "online", lagSec: /^\d+$/.test(lag) ? Number(lag) : null }];
  });
