import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { DashdError, type Message } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Profile } from "../profile/schema.ts";
import type { ServiceAddresses } from "../protocol/worker-messages.ts";
import type { Embedded } from "../services/embedded/embedded.ts";
import type { MasterOptions } from "./options.ts";
import { upstreamOf } from "./upstream-app.ts";

/** Where the app's services are, and the PostgreSQL that dashd brings up itself for a first run of the board. */
export interface Database {
  readonly addresses: ServiceAddresses;
  readonly embedded: boolean;
  /** Why there is no PostgreSQL, where the board would have needed one. */
  readonly warning: Message | null;
  close(): Promise<void>;
}

/**
 * `DATABASE_URL` as it is. Without one, the built-in board gets a PostgreSQL of its own in the home; where that cannot be
 * had, the board starts without and says so. One that an earlier start left and nobody needs any more is ended.
 */
export const openDatabase = async (
  { settings: { values }, paths, app, development }: MasterOptions,
  profile: Profile,
  log: Log,
): Promise<Database> => {
  const { databaseUrl, redisUrl, redisSentinels, redisSentinelName } = values;
  const others = { redisUrl, redisSentinels, redisSentinelName };
  const dir = join(paths.dir, "postgres");
  // The home of a development run lies in the home.
  const passable = development === null ? [paths.dir] : [paths.dir, dirname(paths.dir)];
  const given = (url: string | null): Database => ({
    addresses: { ...others, databaseUrl: url },
    embedded: false,
    warning: null,
    close: async () => {},
  });
  const isBoard = app.builtIn && upstreamOf(app) === null;
  if (databaseUrl !== null || !isBoard || profile.postgres.connections === 0) {
    if (existsSync(dir)) await (await import("../services/embedded/embedded.ts")).endOrphan(dir);
    return given(isPostgres(databaseUrl) ? databaseUrl : null);
  }
  try {
    const server = await keepEmbedded({ dir, maxConnections: profile.postgres.serverMax, passable, log });
    return {
      addresses: { ...others, databaseUrl: server.url },
      embedded: true,
      warning: null,
      close: server.close,
    };
  } catch (error) {
    if (!(error instanceof DashdError)) throw error;
    return { ...given(null), warning: { code: error.code, facts: error.facts } };
  }
};

interface EmbeddedWanted {
  readonly dir: string;
  readonly maxConnections: number;
  readonly passable: readonly string[];
  readonly log: Log;
}

/** Started, and started again whenever it ends by itself: its URL stays the same. */
const keepEmbedded = async ({ dir, maxConnections, passable, log }: EmbeddedWanted): Promise<Kept> => {
  const { startEmbedded } = await import("../services/embedded/embedded.ts");
  const start = async (): Promise<Embedded> => {
    const started = await startEmbedded({ dir, log, maxConnections, deadlineMs: startMs, passable });
    started.onExit(() => {
      log.warn({ code: "embedded.ended", facts: {} });
      again = startAgain();
    });
    return started;
  };
  const startAgain = async (): Promise<void> => {
    while (!closing) {
      try {
        server = await start();
        return;
      } catch (error) {
        if (!(error instanceof DashdError)) throw error;
        log.error({ code: error.code, facts: error.facts });
        await pause(againAfterMs);
      }
    }
  };
  let closing = false;
  let again: Promise<void> = Promise.resolve();
  let server = await start();
  return {
    url: server.url,
    close: async () => {
      closing = true;
      await again;
      await server.stop(stopMs);
    },
  };
};

interface Kept {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Another database's URL is the app's own affair. */
const isPostgres = (url: string | null): boolean => url !== null && /^postgres(ql)?:\/\//.test(url);

/** The first start makes the folder with initdb. */
const startMs = 60_000;
const stopMs = 10_000;
const againAfterMs = 2_000;
