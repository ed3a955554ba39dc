import assert from "node:assert/strict";
import { join } from "node:path";
import { fetchPage } from "../client/fetch-page.ts";
import { whoAnswered } from "../client/name-card.ts";
import type { Cleanup } from "./afterwards.ts";
import { programOfVersion, writeApp } from "./apps.ts";
import { readyWorkers, startDashd, type Instance, type StartOptions } from "./instance.ts";
import { smallLadder } from "./ladder.ts";
import { scratchDir } from "./scratch.ts";

/** An instance at stage 1 of a small ladder whose program names its version: "one" until another source is written. */
export const startVersioned = async (
  t: Cleanup,
  profile: Readonly<Record<string, unknown>> = {},
  secondStage: Readonly<Record<string, unknown>> = {},
): Promise<Versioned> => {
  const dir = scratchDir(t);
  const write = (source: string): void => void writeApp(dir, "shop.cjs", source);
  write(programOfVersion("one"));
  const setting = { dir, app: join(dir, "shop.cjs"), profiles: smallLadder(join(dir, "ladder"), profile, secondStage) };
  return { ...(await startDashd(t, { ...setting, stage: 1 })), write, setting };
};

export interface Versioned extends Instance {
  /** Puts other code in place of the program's. */
  write(source: string): void;
  /** To start it again. */
  readonly setting: StartOptions;
}

export const versionOf = async (port: number): Promise<string | undefined> =>
  whoAnswered(await fetchPage(port, "/"))?.version;

export const pidsOf = async (dashd: Instance): Promise<readonly number[]> =>
  readyWorkers(await dashd.status()).map(({ pid }) => pid);

/** A command that must succeed. */
export const command = async (dashd: Instance, ...words: readonly string[]): Promise<void> => {
  const { code, stderr } = await dashd.run(...words);
  assert.equal(code, 0, `${words.join(" ")}: ${stderr}`);
};
