import { fixed, type Catalogue } from "../entry.ts";
import { UNKNOWN, type FactReader } from "../fact-reader.ts";
import { milliseconds, percent } from "../format.ts";

/** The page of `dashd status`, and the tables of the other commands that look at things. */
export const statusWords: Catalogue = {
  // ok, state, stage, revision, ready, workers, connections, connectionLimit, held, queued, p95Ms, errorRate, users, postgres, redis, upstream|null, drift[]
  "status.summary": {
    en: (f) =>
      [
        `${f.is("ok", true) ? "OK" : stateEn(f)} stage ${f("stage")} (rev ${f("revision")})`,
        `${f("ready")}/${f("workers")} workers`,
        `${f("connections")}/${f("connectionLimit")} connections`,
        `${f("held")} held`,
        `queue ${f("queued")}`,
        `p95 ${milliseconds(f.number("p95Ms"))}`,
        `errors ${percent(f.number("errorRate"))}`,
        `users ${f("users")}`,
        `PG ${service(f("postgres"), serviceEn)}`,
        `Redis ${service(f("redis"), serviceEn)}`,
        ...(f.has("upstream") ? [`upstream ${service(f("upstream"), serviceEn)}`] : []),
        f.list("drift").length === 0 ? "no drift" : `drift: ${f("drift")}`,
      ].join(" · "),
    zh: (f) =>
      [
        `${f.is("ok", true) ? "正常" : stateZh(f)} 阶段 ${f("stage")}（修订 ${f("revision")}）`,
        `工作进程 ${f("ready")}/${f("workers")}`,
        `连接 ${f("connections")}/${f("connectionLimit")}`,
        `等待接入 ${f("held")}`,
        `排队 ${f("queued")}`,
        `p95 ${milliseconds(f.number("p95Ms"))}`,
        `错误率 ${percent(f.number("errorRate"))}`,
        `用户 ${f("users")}`,
        `PG ${service(f("postgres"), serviceZh)}`,
        `Redis ${service(f("redis"), serviceZh)}`,
        ...(f.has("upstream") ? [`上游 ${service(f("upstream"), serviceZh)}`] : []),
        f.list("drift").length === 0 ? "无偏差" : `偏差：${f.list("drift").join("、")}`,
      ].join(" · "),
  },
  // app, url, adminUrl, pid, uptime
  "status.about": {
    en: (f) => `${f("app")} · ${f("url")} · admin ${f("adminUrl")} · master ${f("pid")}, up ${f("uptime")}`,
    zh: (f) => `${f("app")} · ${f("url")} · 管理 ${f("adminUrl")} · 主进程 ${f("pid")}，已运行 ${f("uptime")}`,
  },
  "status.drift-mark": fixed("← drift", "← 偏差"),
  "status.app-drift-sealed": fixed(
    "The app's code on disk differs from what this generation runs. It runs from its sealed copy, and so does a worker that is restarted: `dashd reload` brings the code on disk into force.",
    "磁盘上的应用代码与当前运行的版本不同。当前一代从其副本运行，重启的工作进程也是如此：执行 `dashd reload` 使磁盘上的代码生效。",
  ),
  // copy
  "status.sealed": {
    en: (f) => `Sealed: runs from its copy ${f("copy")}`,
    zh: (f) => `已封存：从副本 ${f("copy")} 运行`,
  },
  "status.response-cache": {
    en: (f) =>
      `Response cache: ${f("hits")} given fresh, ${f("stale")} stale, ${f("misses")} asked of the app; hit rate of the last minute ${percent(f.number("hitRate"))}`,
    zh: (f) =>
      `响应缓存：命中 ${f("hits")} 次，过期仍可用 ${f("stale")} 次，转交应用 ${f("misses")} 次；最近一分钟命中率 ${percent(f.number("hitRate"))}`,
  },
  "status.changed-code-mark": fixed("other code", "代码不同"),
  "status.app-drift": fixed(
    "The app's code on disk differs from what this generation runs: `dashd reload` brings it into force.",
    "磁盘上的应用代码与当前运行的版本不同：执行 `dashd reload` 使其生效。",
  ),

  // memory|null, redis|null, postgres|null, stale, loads, loadErrors, layerErrors, bytes
  "status.cache": {
    en: (f) =>
      [
        `Cache, hits of the last minute: memory ${percent(f.number("memory"))}, Redis ${percent(f.number("redis"))}, PostgreSQL ${percent(f.number("postgres"))}`,
        `since the start: ${f("loads")} loads (${f("loadErrors")} failed), ${f("stale")} stale answers, ${f("layerErrors")} errors of layers`,
        `${tenthsOfMegabytes(f.number("bytes"))} in memory`,
      ].join(" · "),
    zh: (f) =>
      [
        `缓存最近一分钟命中率：内存 ${percent(f.number("memory"))}，Redis ${percent(f.number("redis"))}，PostgreSQL ${percent(f.number("postgres"))}`,
        `启动以来：加载 ${f("loads")} 次（失败 ${f("loadErrors")} 次），返回过期数据 ${f("stale")} 次，缓存层出错 ${f("layerErrors")} 次`,
        `内存占用 ${tenthsOfMegabytes(f.number("bytes"))}`,
      ].join(" · "),
  },

  // Titles of columns that phrases.ts has not.
  "word.none": fixed("", ""),
  "word.loopDelay": fixed("LOOP P99", "循环延迟 P99"),
  "word.result": fixed("RESULT", "结果"),
  "word.reason": fixed("WHY", "原因"),
  "word.inForce": fixed("IN FORCE", "是否生效"),
  "word.flag": fixed("FLAG", "选项"),
  "word.default": fixed("DEFAULT", "默认值"),
  "word.meaning": fixed("MEANING", "含义"),

  "worker-state.booting": fixed("booting", "启动中"),
  "worker-state.ready": fixed("ready", "就绪"),
  "worker-state.late": fixed("late", "心跳迟缓"),
  "worker-state.hung": fixed("hung", "卡死"),
  "worker-state.draining": fixed("draining", "收尾中"),
  "worker-state.backing-off": fixed("backing off", "等待重启"),

  "level.ok": fixed("ok", "正常"),
  "level.warn": fixed("warn", "警告"),
  "level.critical": fixed("critical", "严重"),
  "level.unknown": fixed("unknown", "未知"),

  // The critical mark of the connections: anybody refused at all.
  "status.refusals": fixed("refusals", "有拒绝"),
  "indicator.cpu": fixed("CPU", "CPU"),
  "indicator.memory": fixed("memory", "内存"),
  "indicator.diskIo": fixed("disk I/O", "磁盘 I/O"),
  "indicator.responseP95": fixed("response p95", "响应 p95"),
  "indicator.errors": fixed("errors", "错误率"),
  "indicator.redis": fixed("Redis", "Redis"),
  "indicator.redisHitRate": fixed("Redis hit rate", "Redis 命中率"),
  "indicator.redisMemory": fixed("Redis memory", "Redis 内存"),
  "indicator.postgresPool": fixed("PostgreSQL pool", "PostgreSQL 连接池"),
  "indicator.busyWorkers": fixed("busy workers", "繁忙工作进程"),
  "indicator.connections": fixed("held for (s)", "连接等待（秒）"),
  "indicator.waiting": fixed("waiting", "排队占比"),
  "indicator.users": fixed("users", "用户数"),

  "history.empty": fixed(
    "The journal is empty: nothing was committed in this home yet.",
    "变更历史为空：此数据目录尚无已提交的修订。",
  ),
  // revision, at, kind, stage, by, reason|null, rollbackOf|null
  "history.entry": {
    en: (f) =>
      `Revision ${f("revision")}: ${f.phrase("kind")}, stage ${f("stage")}, ${f("at")}, by ${f("by")}${f.has("reason") ? `: ${f("reason")}` : ""}${f.has("rollbackOf") ? ` (restores revision ${f("rollbackOf")})` : ""}`,
    zh: (f) =>
      `修订 ${f("revision")}：${f.phrase("kind")}，阶段 ${f("stage")}，${f("at")}，操作者 ${f("by")}${f.has("reason") ? `：${f("reason")}` : ""}${f.has("rollbackOf") ? `（恢复修订 ${f("rollbackOf")}）` : ""}`,
  },
  // revision, errorRate|null, p95Ms|null
  "history.before": {
    en: (f) =>
      `Measured before, the last minute of revision ${f("revision")}: errors ${percent(f.number("errorRate"))}, p95 ${milliseconds(f.number("p95Ms"))}`,
    zh: (f) =>
      `变更前（修订 ${f("revision")} 的最后一分钟）：错误率 ${percent(f.number("errorRate"))}，p95 ${milliseconds(f.number("p95Ms"))}`,
  },
  // seconds, answers, errorRate|null, p95Ms|null, crashes, hangs
  "history.after": {
    en: (f) =>
      `Measured after, in a watch window of ${f("seconds")} s: ${f("answers")} answers, errors ${percent(f.number("errorRate"))}, p95 ${milliseconds(f.number("p95Ms"))}, crashes ${f("crashes")}, hangs ${f("hangs")}`,
    zh: (f) =>
      `变更后（观察 ${f("seconds")} 秒）：${f("answers")} 个应答，错误率 ${percent(f.number("errorRate"))}，p95 ${milliseconds(f.number("p95Ms"))}，崩溃 ${f("crashes")} 次，卡死 ${f("hangs")} 次`,
  },
  "history.not-watched": fixed(
    "Measured after: nothing, it was committed without a watch window",
    "变更后：未测量，提交时没有观察期",
  ),
  "history.not-measured": fixed(
    "Nothing was measured: there was no traffic before a start",
    "未测量：启动之前没有流量",
  ),
  // rollbackOf|null
  "history.committed": {
    en: (f) => `committed${f.has("rollbackOf") ? `, restores ${f("rollbackOf")}` : ""}`,
    zh: (f) => `已提交${f.has("rollbackOf") ? `，恢复修订 ${f("rollbackOf")}` : ""}`,
  },
  "history.reverted": fixed("reverted", "已还原"),
  "history.unfinished": fixed("under way", "进行中"),
  "history.next": {
    en: (f) => `set for the next start${f.has("rollbackOf") ? `, restores ${f("rollbackOf")}` : ""}`,
    zh: (f) => `下次启动生效${f.has("rollbackOf") ? `，恢复修订 ${f("rollbackOf")}` : ""}`,
  },

  "in-force.yes": fixed("yes", "已生效"),
  "in-force.not-running": fixed(UNKNOWN, UNKNOWN),
  // inForce
  "in-force.restart": {
    en: (f) => `needs a restart (running with ${f("inForce")})`,
    zh: (f) => `需重启（当前运行值：${f("inForce")}）`,
  },
};

const tenthsOfMegabytes = (bytes: number | null): string =>
  bytes === null ? UNKNOWN : `${Math.round(bytes / 104_857.6) / 10} MB`;

const stateEn = (f: FactReader): string => (f.is("state", "held") ? "DRIFT" : f("state").toUpperCase());

const stateZh = (f: FactReader): string => {
  const state = f("state");
  return Object.hasOwn(statesZh, state) ? (statesZh[state] ?? state) : state;
};

const statesZh: Readonly<Record<string, string>> = {
  starting: "启动中",
  held: "有偏差",
  changing: "切换中",
  degraded: "降级",
  draining: "停止中",
};

const service = (state: string, words: Readonly<Record<string, string>>): string =>
  Object.hasOwn(words, state) ? (words[state] ?? state) : state;

const serviceEn: Readonly<Record<string, string>> = { up: "ok" };
const serviceZh: Readonly<Record<string, string>> = {
  up: "正常",
  slow: "缓慢",
  down: "不可用",
  embedded: "内置",
  off: "未启用",
};
