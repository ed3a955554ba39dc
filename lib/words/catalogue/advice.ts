import type { Catalogue } from "../entry.ts";
import type { FactReader } from "../fact-reader.ts";
import { count, duration, percent, size } from "../format.ts";

/**
 * What to do about an indicator of the host or of a service that is not well, computed from figures of the instance
 * (`health/advice.ts`). Facts everywhere: `stage`, `level`, `value`, `todo`|null; what is not known is left out.
 */
export const adviceWords: Catalogue = {
  // cores, workersCores, othersCores, busiest, busiestCores, neededCores, warn, slot
  "advice.cpu": {
    en: (f) => {
      const who = f.has("othersCores")
        ? `The workers take ${f("workersCores")} of ${count(f.number("cores"), "core")}${(f.number("busiestCores") ?? 0) > 0 ? ` (slot ${f("busiest")} alone ${f("busiestCores")})` : ""}, everything else on this host ${f("othersCores")}`
        : `The host's CPU is ${f.has("value") ? `${percent(f.number("value"))} ` : ""}busy`;
      const need = f.has("neededCores")
        ? `: below ${percent(f.number("warn"))} this load needs ${count(f.number("neededCores"), "core")}`
        : "";
      return `${who}${need}${todoEn(f)}.`;
    },
    zh: (f) => {
      const who = f.has("othersCores")
        ? `共 ${f("cores")} 核，工作进程占用 ${f("workersCores")} 核${(f.number("busiestCores") ?? 0) > 0 ? `（其中槽位 ${f("busiest")} 占 ${f("busiestCores")} 核）` : ""}，本机其他程序占用 ${f("othersCores")} 核`
        : `主机 CPU ${f.has("value") ? `已用 ${percent(f.number("value"))}` : "繁忙"}`;
      const need = f.has("neededCores")
        ? `：要低于 ${percent(f.number("warn"))}，当前负载需要 ${f("neededCores")} 核`
        : "";
      return `${who}${need}${todoZh(f)}。`;
    },
  },
  // memoryBytes, workersBytes, oneBytes, othersBytes, workers, fit, neededBytes, recommendedGb, warn, nextStage
  "advice.memory": {
    en: (f) => {
      if (!f.has("othersBytes")) return `The host's memory is short; ${recommendedEn(f)}${todoEn(f)}.`;
      return `${count(f.number("workers"), "worker")} take ${size(f.number("workersBytes"))} (${size(f.number("oneBytes"))} each) of ${size(f.number("memoryBytes"))}, everything else on this host ${size(f.number("othersBytes"))}: room for ${count(f.number("fit"), "worker")} below ${percent(f.number("warn"))}, and all of them need a host of ${size(f.number("neededBytes"))} (${recommendedEn(f)})${todoEn(f)}.`;
    },
    zh: (f) => {
      if (!f.has("othersBytes")) return `主机内存紧张，${recommendedZh(f)}${todoZh(f)}。`;
      return `内存共 ${size(f.number("memoryBytes"))}，${f("workers")} 个工作进程占用 ${size(f.number("workersBytes"))}（每个 ${size(f.number("oneBytes"))}），本机其他程序占用 ${size(f.number("othersBytes"))}：要低于 ${percent(f.number("warn"))} 可容纳 ${f("fit")} 个工作进程，全部容纳需要 ${size(f.number("neededBytes"))}（${recommendedZh(f)}）${todoZh(f)}。`;
    },
  },
  // workersBytesPerSec, masterBytesPerSec, busiest|null, turns, wantsSsd, slot
  "advice.diskIo": {
    en: (f) =>
      `The disk ${f.has("value") ? `was busy ${percent(f.number("value"))} of the last second` : "was busy"}${
        f.has("workersBytesPerSec")
          ? `; the workers write ${size(f.number("workersBytesPerSec"))} a second${f.has("busiest") ? ` (most of it slot ${f("busiest")})` : ""}, dashd itself ${size(f.number("masterBytesPerSec") ?? 0)}`
          : ""
      }${f.is("turns", true) ? `; it turns${f.is("wantsSsd", true) ? `, and stage ${f("stage")} recommends an SSD` : ", and an SSD would be faster"}` : ""}${todoEn(f)}.`,
    zh: (f) =>
      `磁盘${f.has("value") ? `在最近一秒内有 ${percent(f.number("value"))} 的时间忙碌` : "繁忙"}${
        f.has("workersBytesPerSec")
          ? `，工作进程每秒写入 ${size(f.number("workersBytesPerSec"))}${f.has("busiest") ? `（槽位 ${f("busiest")} 最多）` : ""}，dashd 自身每秒写入 ${size(f.number("masterBytesPerSec") ?? 0)}`
          : ""
      }${f.is("turns", true) ? `，且为机械硬盘${f.is("wantsSsd", true) ? `（阶段 ${f("stage")} 推荐固态硬盘）` : "，换用固态硬盘会更快"}` : ""}${todoZh(f)}。`,
  },
  // state, latencyMs, workers
  "advice.redis": {
    en: (f) =>
      f.is("state", "down")
        ? `Redis is down: all ${f("workers")} workers serve without its cache until it is back; dashd doctor says what it finds.`
        : f.is("state", "slow")
          ? `Redis is slow${f.has("latencyMs") ? ` (a PING takes ${duration(f.number("latencyMs"))})` : ""}: every look-up of the ${f("workers")} workers waits for it; dashd doctor says what it finds.`
          : `Redis was not well a moment ago, and is ${f.phrase("state", "service")} again; dashd doctor says what it finds.`,
    zh: (f) =>
      f.is("state", "down")
        ? `Redis 不可用：恢复之前全部 ${f("workers")} 个工作进程都不使用缓存，可用 dashd doctor 检查。`
        : f.is("state", "slow")
          ? `Redis 缓慢${f.has("latencyMs") ? `（PING 需 ${duration(f.number("latencyMs"))}）` : ""}：${f("workers")} 个工作进程的每次查询都要等待，可用 dashd doctor 检查。`
          : `Redis 片刻之前不正常，现已恢复（${f.phrase("state", "service")}），可用 dashd doctor 检查。`,
  },
  // usedMb, maxMb, evictions, neededMb, declaredMb
  "advice.redisHitRate": {
    en: (f) =>
      `${f.has("value") ? `${percent(f.number("value"))} of look-ups hit the cache` : "Few look-ups hit the cache"}${memoryOfRedisEn(f)}${
        (f.number("evictions") ?? 0) > 0
          ? `, and ${f("evictions")} entries were dropped for want of memory`
          : f.has("evictions")
            ? ", and nothing was dropped for want of memory"
            : ""
      }${todoEn(f)}.`,
    zh: (f) =>
      `${f.has("value") ? `缓存命中率为 ${percent(f.number("value"))}` : "缓存命中率偏低"}${memoryOfRedisZh(f)}${
        (f.number("evictions") ?? 0) > 0
          ? `，已因内存不足淘汰 ${f("evictions")} 个条目`
          : f.has("evictions")
            ? "，没有条目因内存不足被淘汰"
            : ""
      }${todoZh(f)}。`,
  },
  // usedMb, maxMb, evictions, neededMb, declaredMb, warn
  "advice.redisMemory": {
    en: (f) =>
      f.has("usedMb")
        ? `Redis uses ${f("usedMb")} MB${f.has("maxMb") ? ` of ${f("maxMb")} MB` : ""}${droppedEn(f)}: a maxmemory of ${f("neededMb")} MB would put it below ${percent(f.number("warn"))}${todoEn(f)}.`
        : `Redis is nearly full${droppedEn(f)}${todoEn(f)}.`,
    zh: (f) =>
      f.has("usedMb")
        ? `Redis 已用 ${f("usedMb")} MB${f.has("maxMb") ? `，上限 ${f("maxMb")} MB` : ""}${droppedZh(f)}：将 maxmemory 设为 ${f("neededMb")} MB 可降到 ${percent(f.number("warn"))} 以下${todoZh(f)}。`
        : `Redis 内存即将用尽${droppedZh(f)}${todoZh(f)}。`,
  },
  // busy, budget, waiting, maxConnections, reserved, largest, fit, wanted, neededMax
  "advice.postgresPool": {
    en: (f) =>
      `${f.has("busy") ? `${f("busy")} of the pool's ${count(f.number("budget"), "connection")} ${f.is("busy", 1) ? "is" : "are"} busy and ${f("waiting")} queries wait` : `The pool of ${count(f.number("budget"), "connection")} is nearly all in use`}${todoEn(f)}.`,
    zh: (f) =>
      `${f.has("busy") ? `连接池共 ${f("budget")} 个连接，${f("busy")} 个在用，${f("waiting")} 个查询在等待` : `连接池的 ${f("budget")} 个连接即将用尽`}${todoZh(f)}。`,
  },
};

const todoEn = (f: FactReader): string => (f.has("todo") ? `; ${f.phrase("todo")}` : "");
const todoZh = (f: FactReader): string => (f.has("todo") ? `；${f.phrase("todo")}` : "");

const recommendedEn = (f: FactReader): string => `stage ${f("stage")} recommends ${f("recommendedGb")} GB`;
const recommendedZh = (f: FactReader): string => `阶段 ${f("stage")} 推荐 ${f("recommendedGb")} GB`;

const memoryOfRedisEn = (f: FactReader): string =>
  f.has("usedMb") ? ` with ${f("usedMb")} MB${f.has("maxMb") ? ` of ${f("maxMb")} MB` : ""} in use` : "";
const memoryOfRedisZh = (f: FactReader): string =>
  f.has("usedMb") ? `，已用 ${f("usedMb")} MB${f.has("maxMb") ? `（上限 ${f("maxMb")} MB）` : ""}` : "";

const droppedEn = (f: FactReader): string =>
  (f.number("evictions") ?? 0) > 0 ? ` and has dropped ${f("evictions")} entries` : "";
const droppedZh = (f: FactReader): string =>
  (f.number("evictions") ?? 0) > 0 ? `，已淘汰 ${f("evictions")} 个条目` : "";
