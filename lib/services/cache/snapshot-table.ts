import { createHash } from "node:crypto";
import type { QueryResultRow } from "pg";

/** What the snapshots need of a pool; that of `context.postgres` is one. */
export interface SnapshotPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options: { readonly max: number };
  query<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<{ readonly rows: Row[] }>;
}

export interface SnapshotRow {
  readonly body: Buffer;
  readonly ageMs: number;
  /** Its tags have been invalidated since. */
  readonly invalid: boolean;
}

export interface Snapshot {
  readonly key: string;
  readonly tags: readonly string[];
  readonly body: Buffer;
  readonly ageMs: number;
  readonly keepMs: number;
}

/** The statements on the table of snapshots; nobody waits for one that another holds. */
export const createSnapshotTable = (pool: SnapshotPool, app: string): SnapshotTable => ({
  make: async () => {
    await pool.query(makeText);
    const { rows } = await pool.query<{ there: boolean }>(`select to_regclass('${table}') is not null as there`);
    return rows[0]?.there === true;
  },
  read: async (key) => {
    const { rows } = await pool.query<{ body: Buffer; age_ms: number; invalid: boolean }>(readText, [app, nameOf(key)]);
    const [row] = rows;
    return row === undefined ? null : { body: row.body, ageMs: Math.max(0, row.age_ms), invalid: row.invalid };
  },
  write: async (snapshots) => {
    await pool.query(writeText, [
      app,
      snapshots.map(({ key }) => nameOf(key)),
      snapshots.map(({ tags }) => JSON.stringify(tags)),
      snapshots.map(({ body }) => body),
      snapshots.map(({ ageMs }) => ageMs / 1_000),
      snapshots.map(({ keepMs }) => keepMs / 1_000),
    ]);
  },
  invalidate: async (tags) => {
    await pool.query(invalidateText, [app, [...tags]]);
  },
  prune: async () => {
    await pool.query(expireText);
    await pool.query(boundText, [app, mostBytes, mostRows]);
  },
});

export interface SnapshotTable {
  /** Whether it is there now: of sixteen workers one makes it, the others look again. */
  make(): Promise<boolean>;
  read(key: string): Promise<SnapshotRow | null>;
  write(snapshots: readonly Snapshot[]): Promise<void>;
  invalidate(tags: readonly string[]): Promise<void>;
  /** Takes out what is past its time, and of this app the oldest beyond the bounds. */
  prune(): Promise<void>;
}

/**
 * An index of PostgreSQL takes 2,704 bytes, which is less than a long key in Chinese needs. Such a one goes by its digest,
 * made longer than any key that goes by itself: nobody can ask for it by another name.
 */
const nameOf = (key: string): string =>
  Buffer.byteLength(key) <= longestName
    ? key
    : createHash("sha256")
        .update(key)
        .digest("base64url")
        .padEnd(longestName + 1, ".");

const longestName = 1_024;
const table = "dashd_cache.snapshots";

/** The two numbers of the lock are "dash" and "cach". */
const makeText = `do $$ begin
  if to_regclass('${table}') is null and pg_try_advisory_xact_lock(1684108136, 1667326824) then
    create schema if not exists dashd_cache;
    create table if not exists ${table} (
      app text not null, key text not null, tags jsonb not null, body bytea not null, invalid boolean not null,
      stored_at timestamptz not null, keep_until timestamptz not null, primary key (app, key));
  end if;
end $$`;

const readText = `select body, invalid, (extract(epoch from now() - stored_at) * 1000)::float8 as age_ms
  from ${table} where app = $1 and key = $2 and keep_until > now()`;

/** Without Redis each worker has its own: the first of them within five seconds is good for all. */
const writeText = `insert into ${table} as kept (app, key, tags, body, invalid, stored_at, keep_until)
  select $1, key, tags::jsonb, body, false, now() - make_interval(secs => age), now() + make_interval(secs => keep)
  from unnest($2::text[], $3::text[], $4::bytea[], $5::float8[], $6::float8[]) as fresh (key, tags, body, age, keep)
  order by key
  on conflict (app, key) do update set tags = excluded.tags, body = excluded.body, invalid = false,
    stored_at = excluded.stored_at, keep_until = excluded.keep_until
  where kept.invalid or kept.stored_at < excluded.stored_at - interval '5 s'`;

const invalidateText = `update ${table} set invalid = true where app = $1 and not invalid and tags ?| $2::text[]`;

const expireText = `delete from ${table} where keep_until < now()`;

const boundText = `delete from ${table} as kept using (
    select key, sum(octet_length(body)) over newest as bytes, row_number() over newest as place
    from ${table} where app = $1 window newest as (order by stored_at desc, key)) as ranked
  where kept.app = $1 and kept.key = ranked.key and (ranked.bytes > $2 or ranked.place > $3)`;

const mostBytes = 64 * 1024 * 1024;
const mostRows = 10_000;
