import assert from "node:assert/strict";
import { test } from "node:test";
import { createDiskReader } from "../../../lib/host/disk-io.ts";
import { createUsageSampler } from "../../../lib/host/usage.ts";

/** A machine of files; `change` turns them and the clock on. */
const machine = (files: Record<string, string>) => {
  const state = { files, nowMs: 0 };
  return {
    read: (path: string): string | null => state.files[path] ?? null,
    nowMs: () => state.nowMs,
    change: (nowMs: number, changed: Record<string, string>) => {
      state.nowMs = nowMs;
      state.files = { ...state.files, ...changed };
    },
  };
};

const meminfo = "MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    400 kB\n";

test("cpu is the share of all cores that was not idle since the last call, waiting for disks being idle", () => {
  const host = machine({ "/proc/stat": "cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 …", "/proc/meminfo": meminfo });
  const sampler = createUsageSampler(host);
  assert.deepEqual(sampler.sample(), { cpu: null, memory: 0.6, diskIo: null });
  host.change(2000, { "/proc/stat": "cpu  135 0 110 735 115 0 0 5 0 0\n" });
  assert.equal(sampler.sample().cpu, 0.5);
});

test("a quota and a memory limit of the cgroup, or of one above it, count where they are tighter", () => {
  const host = machine({
    "/proc/stat": "cpu  0 0 0 1000 0 0 0 0 0 0\n",
    "/proc/meminfo": meminfo,
    "/proc/self/cgroup": "0::/pod/app\n",
    "/sys/fs/cgroup/pod/app/cpu.max": "max 100000\n",
    "/sys/fs/cgroup/pod/cpu.max": "50000 100000\n",
    "/sys/fs/cgroup/pod/cpu.stat": "usage_usec 1000000\nuser_usec 1\n",
    "/sys/fs/cgroup/pod/app/memory.max": "1000\n",
    "/sys/fs/cgroup/pod/app/memory.current": "950\n",
    "/sys/fs/cgroup/pod/app/memory.stat": "anon 700\ninactive_file 150\n",
    "/sys/fs/cgroup/pod/memory.max": "max\n",
  });
  const sampler = createUsageSampler(host);
  assert.equal(sampler.sample().memory, 0.8);
  host.change(2000, {
    "/proc/stat": "cpu  10 0 0 1090 0 0 0 0 0 0\n",
    "/sys/fs/cgroup/pod/cpu.stat": "usage_usec 1900000\nuser_usec 1\n",
  });
  assert.equal(sampler.sample().cpu, 0.9);
});

test("disk I/O is that of the busiest real disk, partitions and loops left out", () => {
  const line = (name: string, busyMs: number): string => ` 8 0 ${name} 1 2 3 4 5 6 7 8 0 ${busyMs} 11 0 0 0 0`;
  const stats = (sda: number, sdb: number, loop: number): string =>
    [line("sda", sda), line("sda1", sda), line("sdb", sdb), line("loop0", loop)].join("\n");
  const host = machine({ "/proc/diskstats": stats(100, 100, 0) });
  const disks = createDiskReader(host, (name) => name === "sda" || name === "sdb");
  assert.equal(disks.busiest(), null);
  host.change(2000, { "/proc/diskstats": stats(300, 1100, 2000) });
  assert.equal(disks.busiest(), 0.5);
  host.change(4000, { "/proc/diskstats": stats(300, 0, 4000) });
  assert.equal(disks.busiest(), 0, "a counter that went round is no figure");
});

test("a machine that tells nothing is unknown, not idle", () => {
  const host = machine({});
  const sampler = createUsageSampler(host);
  sampler.sample();
  host.change(2000, {});
  assert.deepEqual(sampler.sample(), { cpu: null, memory: null, diskIo: null });
});

test("this machine's figures lie between 0 and 1", { skip: process.platform !== "linux" && "needs /proc" }, () => {
  const sampler = createUsageSampler();
  sampler.sample();
  const endsAtMs = performance.now() + 50;
  while (performance.now() < endsAtMs);
  const { cpu, memory, diskIo } = sampler.sample();
  for (const share of [cpu, memory]) assert.ok(share !== null && share >= 0 && share <= 1, String(share));
  assert.ok(diskIo === null || (diskIo >= 0 && diskIo <= 1));
});
