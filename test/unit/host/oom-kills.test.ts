import assert from "node:assert/strict";
import { test } from "node:test";
import { createOomWatch } from "../../../lib/host/oom-kills.ts";

const machine = (files: Record<string, string>) => ({
  files,
  watch: createOomWatch({ read: (path) => files[path] ?? null }),
});

test("counts what the kernel ended of the own cgroup in the last second or two", () => {
  const events = "/sys/fs/cgroup/a.slice/b/memory.events";
  const { files, watch } = machine({
    "/proc/self/cgroup": "0::/a.slice/b\n",
    "/proc/vmstat": "oom_kill 99\n",
    [events]: "oom 3\noom_kill 3\n",
  });
  assert.equal(watch.lately(), 0);
  files[events] = "oom 4\noom_kill 4\noom_group_kill 0\n";
  assert.equal(watch.lately(), 1);
  watch.tick();
  assert.equal(watch.lately(), 1);
  watch.tick();
  assert.equal(watch.lately(), 0, "that was long ago");
});

test("where the own group counts none, the host's count stands for it; where nobody counts, nothing is known", () => {
  const { files, watch } = machine({ "/proc/self/cgroup": "0::/\n", "/proc/vmstat": "a 1\noom_kill 7\n" });
  files["/proc/vmstat"] = "a 1\noom_kill 8\n";
  assert.equal(watch.lately(), 1);
  assert.equal(machine({}).watch.lately(), null);
});
