import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterwards, type Cleanup } from "./afterwards.ts";
import { unpackDebian } from "./debian-binary.ts";
import { scratchDir } from "./scratch.ts";
import { until } from "./until.ts";

/** A PATH on which systemd's programs are: the machine's own, else Debian's, unpacked. systemd itself need not run. */
export const systemdPath = (t: Cleanup): string => {
  const path = process.env["PATH"] ?? "";
  if (programs.every((program) => spawnSync(program, ["--version"]).status === 0)) return path;
  const root = unpackDebian(packages);
  const dir = join(scratchDir(t), "systemd");
  mkdirSync(dir);
  for (const program of programs) {
    const file = join(dir, program);
    writeFileSync(file, wrapper(root, program));
    chmodSync(file, 0o755);
  }
  return `${dir}:${path}`;
};

const programs = ["systemd-notify", "systemd-socket-activate", "systemd-analyze"];
/** And what of their libraries a small image may lack. */
const packages = [
  ...["systemd", "libsystemd-shared", "libseccomp2", "libapparmor1", "libkmod2"],
  ...["libip4tc2", "libssl3", "libpam0g"],
];

const wrapper = (root: string, program: string): string => `#!/bin/sh
multiarch=$(dirname ${root}/usr/lib/*/libseccomp.so.2)
export LD_LIBRARY_PATH=$multiarch:$multiarch/systemd:$(echo ${root}/lib/*-linux-gnu)
export SYSTEMD_UNIT_PATH=${root}/lib/systemd/system
exec ${["usr/bin", "bin"].map((dir) => join(root, dir, program)).find((file) => existsSync(file))} "$@"
`;

/** What stands in for systemd's ear: a socket of datagrams, and what came in, a message each. */
export interface Ear {
  readonly socket: string;
  /** The words of each message, barriers left out. */
  messages(): readonly (readonly string[])[];
}

/** Listens as systemd does. The program that would be started by the first datagram reads all of them. */
export const listenAsManager = async (t: Cleanup, path: string): Promise<Ear> => {
  const socket = join(scratchDir(t), "notify.sock");
  const args = ["--datagram", "--inetd", "--listen", socket, "sh", "-c", "exec cat >&2"];
  const child = spawn("systemd-socket-activate", args, {
    env: { PATH: path },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let heard = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (heard += text));
  const ended = new Promise((resolve) => child.once("close", resolve));
  afterwards(t, async () => {
    child.kill("SIGKILL");
    await ended;
  });
  await until("the notify socket", () => existsSync(socket));
  return {
    socket,
    messages: () =>
      heard
        .slice(heard.indexOf(startedReader) + startedReader.length)
        .split(barrier)
        // The last piece may still be on its way.
        .slice(0, -1)
        .map((message) => message.split("\n")),
  };
};

/** What systemd-socket-activate says before it becomes the reader. */
const startedReader = "exec cat >&2)\n";
/** systemd-notify ends each message with one, and waits for it to be read. */
const barrier = "BARRIER=1";
