import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readdirSync } from "node:fs";
import { unpackDebian } from "../support/debian-binary.ts";

/**
 * A wall clock that can be set while a program runs; monotonic clocks stay right, as in life (TRAPS 33). libfaketime from
 * Debian; throws where it cannot be had. `env` is for the program, whose children get it too.
 */
export const wrongClock = (dir: string): WrongClock => {
  const folder = join(unpackDebian(["libfaketime"]), "usr/lib");
  const library = readdirSync(folder, { recursive: true, encoding: "utf8" }).find((name) =>
    name.endsWith("/libfaketime.so.1"),
  );
  if (library === undefined) throw new Error(`no libfaketime in ${folder}`);
  const file = join(dir, "clock");
  const set = (offsetSec: number): void => {
    writeFileSync(`${file}.next`, `${offsetSec < 0 ? "" : "+"}${offsetSec}\n`);
    renameSync(`${file}.next`, file);
  };
  set(0);
  return {
    env: {
      LD_PRELOAD: join(folder, library),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: "1",
      DONT_FAKE_MONOTONIC: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    },
    set,
  };
};

export interface WrongClock {
  readonly env: Readonly<Record<string, string>>;
  /** From now on the wall clock is so much ahead, or behind. */
  set(offsetSec: number): void;
}
