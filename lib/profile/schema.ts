import { z } from "zod";

/**
 * A stage's promise, CONTRACT section 2. This definition is the only one: `profiles/profile.schema.json` is generated
 * from it. Rules that join several fields are in `rules.ts`.
 */
const whole = (min: number, max: number) => z.int().min(min).max(max);
const count = whole(1, 1_000_000);
/** Timers take at most 2³¹−1 ms; beyond it they fire at once (TRAPS 33). */
const seconds = z.number().min(0.001).max(2_147_483);
const rate = z.number().min(0).max(1);
const words = z.string().regex(/\S/);

const rates = z.strictObject({ warn: rate, critical: rate });
const host = z.strictObject({
  cores: whole(1, 4096),
  memoryGb: z.number().min(0.1).max(100_000),
  diskGb: z.number().min(0.1).max(1_000_000),
  ssd: z.boolean(),
});

export const profileSchema = z.strictObject({
  $schema: z.string().optional().describe("Path of profile.schema.json, for editors."),
  stage: whole(1, 999).describe("Number of the stage; the file is named stage-N.json after it."),
  why: words.describe("One sentence: why the stage is as it is."),
  extends: whole(1, 999)
    .optional()
    .describe(
      "Take every field that is not named here from this stage of the same folder, or else from the built-in ladder. " +
        "A file that names its own number takes the built-in stage.",
    ),
  users: z.strictObject({ min: count, max: count }).describe("Whom it is for; printed in the banner."),
  instances: whole(1, 64).describe("Masters of this stage on one host."),
  workers: whole(1, 1024).describe("Processes: that many requests at once on the CPU."),
  requestsPerWorker: whole(1, 10_000).describe("Requests one worker overlaps while they wait for I/O."),
  connections: count.describe("Open client connections handed to workers, whole instance, exact."),
  backlog: whole(0, 1_000_000).describe("Connections held beyond the limit; past that, 503."),
  waitTimeoutSec: seconds.describe("One budget from accept through hold and queue to a request slot; past it, 503."),
  queue: z
    .strictObject({ max: whole(0, 1_000_000) })
    .describe("Requests waiting for a slot, whole instance; shared out exactly over the workers."),
  idleTimeoutSec: seconds.describe("A connection without a request in progress and without a byte moved is closed."),
  requestTimeoutSec: seconds.describe("A request in progress longer than this gets 503 and its AbortSignal fires."),
  stopTimeoutSec: seconds.describe("Bounds `stop`; bounds streams and idle sockets in any drain."),
  bootTimeoutSec: seconds.describe("From fork to ready."),
  watchWindowSec: z.number().min(0).max(2_147_483).describe("How long the gates watch after a change."),
  hang: z
    .strictObject({ killAfterSec: seconds })
    .describe("A loop turn that used this much CPU of the main thread, or a stopped process, is a hang."),
  recycle: z
    .union([
      z.literal("off"),
      z.strictObject({
        maxRssMb: whole(1, 10_000_000),
        maxRequests: whole(1, 1_000_000_000),
        maxAgeSec: seconds,
        jitter: rate,
      }),
    ])
    .describe("When a worker is replaced by a fresh one; off, or all four bounds."),
  postgres: z
    .strictObject({ connections: whole(0, 1_000_000), serverMax: count })
    .describe("Pool budget of the instance, shared out exactly, and what the server allows in all."),
  redis: z
    .strictObject({
      maxMemoryMb: whole(1, 100_000_000),
      policy: z.enum([
        "noeviction",
        "allkeys-lru",
        "allkeys-lfu",
        "allkeys-random",
        "volatile-lru",
        "volatile-lfu",
        "volatile-random",
        "volatile-ttl",
      ]),
      persistence: z.enum(["off", "on"]),
      replicated: z.boolean(),
    })
    .describe("What Redis must be set to."),
  promise: z
    .array(
      z.strictObject({
        users: count,
        okRate: rate,
        responseP95Ms: z.number().min(1).max(2_147_483_647),
        waitP95Ms: z.number().min(1).max(2_147_483_647).nullable().describe("Hold and queue; null: not promised."),
      }),
    )
    .min(1)
    .describe("What `load` and `verify` hold the stage to, by number of users, ascending."),
  host: z.strictObject({ min: host, recommended: host }).describe("Below min is a warning (`--strict`: a refusal)."),
  indicators: z
    .strictObject({
      cpu: rates,
      memory: rates,
      diskIo: rates,
      responseP95Ms: z.strictObject({ warn: z.number().min(1), critical: z.number().min(1) }),
      errors: rates.describe("Share of answers that are 5xx."),
      redis: z.strictObject({ warn: z.literal("slow"), critical: z.literal("down") }),
      redisHitRate: rates.describe("Below, not above."),
      redisMemory: rates.describe("Share of redis.maxMemoryMb."),
      postgresPool: rates.describe("Share of the pool that is busy."),
      busyWorkers: z
        .strictObject({ warnFree: whole(0, 1024), criticalFree: whole(0, 1024) })
        .describe("When at most this many workers still have a free request slot (N−1 of N busy: 1, N of N: 0)."),
      connections: z
        .strictObject({ warnHeldSec: seconds, criticalRefused: count })
        .describe("Clients held for this long without a break; refusals within the last minute."),
      waiting: rates.describe("Held and queued, as a share of queue.max."),
      users: z.strictObject({ warn: z.number().min(0.01).max(100) }).describe("Above this share of users.max."),
    })
    .describe("From when on a figure is a warning, and critical; shares are 0 to 1."),
});

export type Profile = DeepReadonly<z.infer<typeof profileSchema>>;

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;
