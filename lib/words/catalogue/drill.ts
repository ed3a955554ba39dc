import { fixed, type Catalogue } from "../entry.ts";
import type { FactReader } from "../fact-reader.ts";
import { count, duration } from "../format.ts";

/** `dashd drill`: its flags, what it does, what must hold and what was found. */
export const drillWords: Catalogue = {
  "cli.summary-drill": fixed(
    "a fault on purpose on the running instance, and whether the promises hold",
    "在运行中的实例上有意制造故障，检验承诺是否成立",
  ),
  "cli.arg-drill": fixed(
    "kill, hang, redis-down, postgres-slow or burst",
    "kill、hang、redis-down、postgres-slow 或 burst",
  ),
  "cli.flag-drill-users": fixed(
    "how many users of its own ask meanwhile [default: 10; at most 200]",
    "演练期间自带的用户数 [默认：10；至多 200]",
  ),
  "cli.flag-drill-slot": fixed(
    "the worker to strike [default: by the seed]",
    "受影响的工作进程槽位 [默认：由种子决定]",
  ),
  "cli.flag-drill-seed": fixed("what chance starts from [default: 1]", "随机种子 [默认：1]"),
  "cli.flag-drill-seconds": fixed(
    "how long a service stays away or slow [default: 5; at most 60]",
    "服务故障持续的秒数 [默认：5；至多 60]",
  ),
  "cli.flag-drill-path": fixed(
    "more pages to ask, with commas [default: the ready path alone]",
    "另外访问的页面，以逗号分隔 [默认：仅就绪检查路径]",
  ),
  "cli.flag-drill-yes": fixed("do not ask, though people are there", "即使有人在使用也不询问"),
  "cli.expected-drill": fixed(
    "one of kill, hang, redis-down, postgres-slow, burst",
    "kill、hang、redis-down、postgres-slow、burst 之一",
  ),
  "cli.expected-drill-bounds": fixed("at most 200 users and 60 seconds", "至多 200 个用户、60 秒"),
  "cli.expected-drill-paths": fixed("paths that begin with /", "以 / 开头的路径"),
  "cli.expected-drill-slot": fixed("--slot with kill or hang only", "--slot 仅用于 kill 和 hang"),

  // What is about to happen, for the question. slot|null, seconds, count
  "drill-does.kill": {
    en: (f) => `the drill kills ${victimEn(f)} (SIGKILL): what it is answering is lost`,
    zh: (f) => `演练将强制终止${victimZh(f)}（SIGKILL），其正在处理的请求会丢失`,
  },
  "drill-does.hang": {
    en: (f) => `the drill makes ${victimEn(f)} hang: what it is answering is lost when it is replaced`,
    zh: (f) => `演练将使${victimZh(f)}卡死，其正在处理的请求会在替换时丢失`,
  },
  "drill-does.redis-down": {
    en: (f) => `for ${f("seconds")} s the drill refuses the app every command to Redis`,
    zh: (f) => `演练将在 ${f("seconds")} 秒内拒绝应用发往 Redis 的所有命令`,
  },
  "drill-does.postgres-slow": {
    en: (f) => `for ${f("seconds")} s the drill makes every query of the app to PostgreSQL late by 2 s`,
    zh: (f) => `演练将在 ${f("seconds")} 秒内使应用的每次 PostgreSQL 查询延迟 2 秒`,
  },
  "drill-does.burst": {
    en: () => "the drill takes every free connection of the stage for some seconds: whoever comes then waits",
    zh: () => "演练将占满该阶段的全部空闲连接数秒，期间新来的用户需要等待",
  },

  // connections, online|null, what: a code with its facts
  "ask.drill": {
    en: (f) =>
      `The service is in use (${count(f.number("online"), "user")} online, ${count(f.number("connections"), "connection")}), and ${f.phrase("what")}.`,
    zh: (f) => `服务正在使用中（在线用户 ${f("online")}，连接 ${f("connections")}）。${f.phrase("what")}。`,
  },
  // what: a code with its facts
  "ask.drill-alone": {
    en: (f) => `Nobody is online just now; ${f.phrase("what")}.`,
    zh: (f) => `当前没有在线用户。${f.phrase("what")}。`,
  },

  "drill-because.no-worker": {
    en: (f) => `no ready worker is in slot ${f("slot")}`,
    zh: (f) => `槽位 ${f("slot")} 没有就绪的工作进程`,
  },
  "drill-because.hang-unseen": fixed(
    "on this system nobody can tell from outside that a worker hangs",
    "在此系统上无法从外部判断工作进程是否卡死",
  ),
  "drill-because.no-redis": fixed("no Redis is set (REDIS_URL)", "未设置 Redis（REDIS_URL）"),
  "drill-because.no-postgres": fixed("no PostgreSQL is set (DATABASE_URL)", "未设置 PostgreSQL（DATABASE_URL）"),
  "drill-because.no-context": fixed(
    "the app takes no context, so its connections are its own and not dashd's to break",
    "应用没有使用 context，其连接由自己管理，dashd 无从干预",
  ),
  "drill-because.not-whole": fixed(
    "the instance is not well to begin with: workers are missing, or a service is sick",
    "实例当前状态不佳：缺少工作进程，或有服务异常",
  ),
  // path, status|null, failure|null
  "drill-because.not-answered": {
    en: (f) =>
      `before any fault ${f("path")} is not answered well (${f.has("status") ? `status ${f("status")}` : f("failure")})`,
    zh: (f) =>
      `故障开始之前 ${f("path")} 的应答就不正常（${f.has("status") ? `状态码 ${f("status")}` : f("failure")}）`,
  },

  // drill, users, paths[]
  "drill.asking": {
    en: (f) =>
      `${count(f.number("users"), "user")} of the drill ${f.is("users", 1) ? "asks" : "ask"} for ${f("paths")}`,
    zh: (f) => `演练自带的 ${f("users")} 个用户开始访问 ${f.list("paths").join("、")}`,
  },
  // drill, slot|null, pid|null, connections
  "drill.begun": {
    en: (f) =>
      f.has("slot")
        ? `Struck: slot ${f("slot")} (pid ${f("pid")}), which held ${count(f.number("connections"), "connection")}`
        : `The fault is there: ${f("drill")}`,
    zh: (f) =>
      f.has("slot")
        ? `已作用于槽位 ${f("slot")}（进程 ${f("pid")}），当时持有 ${f("connections")} 个连接`
        : `故障已生效：${f("drill")}`,
  },
  "drill.restored": fixed("The fault is over; is all well again?", "故障已结束，正在确认是否恢复"),
  "drill.crowd": {
    en: (f) => `${count(f.number("clients"), "client")} at once, ${f("limit")} may be open`,
    zh: (f) => `同时发起 ${f("clients")} 个连接，上限为 ${f("limit")}`,
  },
  "drill.declined": fixed("Nothing was done.", "未做任何改动。"),
  "drill.interrupted": fixed(
    "Interrupted: the fault was ended at once, and nothing was judged.",
    "已中断：故障已立即结束，未作评判。",
  ),
  // drill
  "drill.held": {
    en: (f) => `The drill ${f("drill")} passed: every promise held.`,
    zh: (f) => `演练 ${f("drill")} 通过：所有承诺均成立。`,
  },
  "drill.not-held": {
    en: (f) => `The drill ${f("drill")} did not pass: a promise did not hold.`,
    zh: (f) => `演练 ${f("drill")} 未通过：有承诺未成立。`,
  },
  "drill.inconclusive": {
    en: (f) => `The drill ${f("drill")} cannot be judged: see the lines marked with "?".`,
    zh: (f) => `演练 ${f("drill")} 无法判定：见标有“?”的各行。`,
  },
  "word.promise": fixed("PROMISE", "承诺"),

  // Promises, and below each what was found.
  // most|null
  "drill-promise.lost": {
    en: (f) =>
      f.has("most")
        ? `at most ${count(f.number("most"), "request")} lost, those in flight on it`
        : "no request is lost but those in flight on it",
    zh: (f) =>
      f.has("most") ? `丢失的请求不超过 ${f("most")} 个（仅限其正在处理的）` : "除其正在处理的以外，不丢失任何请求",
  },
  // failed, asked, late
  "drill-found.lost": {
    en: (f) =>
      `${f("failed")} of ${f("asked")} lost${(f.number("late") ?? 0) > 0 ? `, ${f("late")} of them sent after it had gone` : ""}`,
    zh: (f) =>
      `${f("asked")} 个中丢失 ${f("failed")} 个${(f.number("late") ?? 0) > 0 ? `，其中 ${f("late")} 个在其退出之后才发出` : ""}`,
  },
  "drill-promise.refused": fixed("nobody is refused", "没有用户被拒绝"),
  // own, refused
  "drill-found.refused": {
    en: (f) => `${f("own")} told 503; the door refused ${f("refused")}`,
    zh: (f) => `${f("own")} 个收到 503；入口拒绝 ${f("refused")} 个`,
  },
  // slot|null, withinMs
  "drill-promise.back": {
    en: (f) =>
      `another worker is ready in ${f.has("slot") ? `slot ${f("slot")}` : "its slot"} within ${duration(f.number("withinMs"))}`,
    zh: (f) =>
      `${duration(f.number("withinMs"))} 内${f.has("slot") ? `槽位 ${f("slot")} ` : "其槽位"}有新的工作进程就绪`,
  },
  // pid|null, afterMs|null
  "drill-found.back": {
    en: (f) => (f.has("pid") ? `pid ${f("pid")} after ${duration(f.number("afterMs"))}` : "none came"),
    zh: (f) => (f.has("pid") ? `进程 ${f("pid")}，用时 ${duration(f.number("afterMs"))}` : "没有新进程"),
  },
  "drill-promise.others": fixed("no other worker is replaced", "其他工作进程不受影响"),
  "drill-promise.workers": fixed("no worker is restarted", "没有工作进程重启"),
  // same, of, lost[]
  "drill-found.workers": {
    en: (f) => `${f("same")} of ${f("of")} are the same${f.has("lost") ? `; gone: pid ${f("lost")}` : ""}`,
    zh: (f) =>
      `${f("of")} 个中有 ${f("same")} 个未变${f.has("lost") ? `；已退出的进程：${f.list("lost").join("、")}` : ""}`,
  },
  "drill-promise.box": fixed("its black box names the drill (dashd why)", "黑匣子注明由演练造成（dashd why）"),
  // cause|null
  "drill-found.box": {
    en: (f) => (f.has("cause") ? `it says: ${f.phrase("cause", "died-of")}` : "there is no black box of it"),
    zh: (f) => (f.has("cause") ? `记录为：${f.phrase("cause", "died-of")}` : "没有它的黑匣子"),
  },
  "drill-promise.restarts": fixed(
    "it counts as one restart, and the slot does not back off",
    "计为一次重启，且该槽位不因此退避",
  ),
  // restarts|null, backedOff
  "drill-found.restarts": {
    en: (f) =>
      `${count(f.number("restarts"), "restart")}${f.is("backedOff", true) ? ", and it backed off" : ", no back-off"}`,
    zh: (f) => `${f("restarts")} 次重启，${f.is("backedOff", true) ? "出现退避" : "没有退避"}`,
  },
  // most|null
  "drill-promise.waits": {
    en: (f) =>
      f.has("most")
        ? `at most ${count(f.number("most"), "request")} waited for it, those on its connections and one on its way`
        : "nobody waits for it but those on its connections and one on its way",
    zh: (f) =>
      f.has("most")
        ? `等待它的请求不超过 ${f("most")} 个（其连接上的，以及一个正在移交的）`
        : "只有其连接上的请求以及一个正在移交的请求需要等待它",
  },
  // waited, asked, slowestMs|null
  "drill-found.waits": {
    en: (f) => `${f("waited")} of ${f("asked")}; the slowest of the others took ${duration(f.number("slowestMs"))}`,
    zh: (f) => `${f("asked")} 个中有 ${f("waited")} 个；其余最慢的用时 ${duration(f.number("slowestMs"))}`,
  },
  "drill-promise.elsewhere": fixed(
    "who comes meanwhile is served by another worker",
    "其间新来的用户由其他工作进程应答",
  ),
  // fresh, answered, waited
  "drill-found.elsewhere": {
    en: (f) =>
      `${f("answered")} of ${count(f.number("fresh"), "new connection")} answered at once${(f.number("waited") ?? 0) > 0 ? `, ${f("waited")} waited` : ""}`,
    zh: (f) =>
      `${f("fresh")} 个新连接中 ${f("answered")} 个立即得到应答${(f.number("waited") ?? 0) > 0 ? `，${f("waited")} 个等待过` : ""}`,
  },
  "drill-promise.first": fixed("the new worker is ready before the old one goes", "新进程就绪之后，旧进程才退出"),
  // looks, gap
  "drill-found.first": {
    en: (f) =>
      f.is("gap", true) ? "the old one was gone first" : `so in every one of ${count(f.number("looks"), "look")}`,
    zh: (f) => (f.is("gap", true) ? "旧进程先行退出" : `${f("looks")} 次查看均如此`),
  },
  // service, withinMs
  "drill-promise.named": {
    en: (f) =>
      `status names it within ${duration(f.number("withinMs"))}: ${f("service")} ${f.phrase("state", "service")}, degraded`,
    zh: (f) => `${duration(f.number("withinMs"))} 内状态指明：${f("service")}${f.phrase("state", "service")}，实例降级`,
  },
  // afterMs|null, state
  "drill-found.named": {
    en: (f) =>
      f.has("afterMs")
        ? `after ${duration(f.number("afterMs"))}`
        : `it never did; last seen ${f.phrase("state", "service")}, ${f.phrase("instance", "state")}`,
    zh: (f) =>
      f.has("afterMs")
        ? `用时 ${duration(f.number("afterMs"))}`
        : `始终没有；最后所见：${f.phrase("state", "service")}，${f.phrase("instance", "state")}`,
  },
  // withinMs
  "drill-promise.answers": {
    en: (f) => `every page is answered or told an error within ${duration(f.number("withinMs"))}`,
    zh: (f) => `每个页面在 ${duration(f.number("withinMs"))} 内得到应答，或得到错误提示`,
  },
  // well, told, silent, slowestMs|null, paths[]
  "drill-found.answers": {
    en: (f) =>
      `${f("well")} as before, ${f("told")} told an error, ${f("silent")} without an answer${f.has("paths") ? ` (${f("paths")})` : ""}; the slowest ${duration(f.number("slowestMs"))}`,
    zh: (f) =>
      `${f("well")} 个照常，${f("told")} 个得到错误提示，${f("silent")} 个没有应答${f.has("paths") ? `（${f.list("paths").join("、")}）` : ""}；最慢 ${duration(f.number("slowestMs"))}`,
  },
  "drill-promise.ready": fixed("the instance stays ready (/readyz)", "实例保持就绪（/readyz）"),
  // looks, bad
  "drill-found.ready": {
    en: (f) => `${f("good")} of ${count(f.number("looks"), "look")} said so`,
    zh: (f) => `${f("looks")} 次查看中 ${f("good")} 次就绪`,
  },
  // withinMs
  "drill-promise.well": {
    en: (f) => `all is well again within ${duration(f.number("withinMs"))} of its end`,
    zh: (f) => `故障结束后 ${duration(f.number("withinMs"))} 内完全恢复`,
  },
  // afterMs|null
  "drill-found.well": {
    en: (f) => (f.has("afterMs") ? `after ${duration(f.number("afterMs"))}` : "it was not"),
    zh: (f) => (f.has("afterMs") ? `用时 ${duration(f.number("afterMs"))}` : "没有恢复"),
  },
  // budget
  "drill-promise.pool": {
    en: (f) => `no more than ${count(f.number("budget"), "connection")} to PostgreSQL`,
    zh: (f) => `PostgreSQL 连接不超过 ${f("budget")} 个`,
  },
  // most
  "drill-found.pool": { en: (f) => `at most ${f("most")}`, zh: (f) => `最多 ${f("most")} 个` },
  // limit
  "drill-promise.limit": {
    en: (f) => `exactly ${count(f.number("limit"), "connection")} handed to workers`,
    zh: (f) => `移交给工作进程的连接恰为 ${f("limit")} 个`,
  },
  // most
  "drill-found.limit": { en: (f) => `${f("most")} at most`, zh: (f) => `最多 ${f("most")} 个` },
  // expected
  "drill-promise.held": {
    en: (f) => `the other ${f("expected")} are held, unread`,
    zh: (f) => `其余 ${f("expected")} 个连接排队等候`,
  },
  // held, others
  "drill-found.held": {
    en: (f) => `${f("held")} held${othersEn(f)}`,
    zh: (f) => `${f("held")} 个在排队${othersZh(f)}`,
  },
  // expected
  "drill-promise.served": {
    en: (f) => `all ${f("expected")} are served when places come free`,
    zh: (f) => `位置空出后，${f("expected")} 个全部得到应答`,
  },
  // served, refused, failed, idle, longestMs|null
  "drill-found.served": {
    en: (f) =>
      `${f("served")} served, ${f("refused")} told 503, ${f("failed")} failed${(f.number("idle") ?? 0) > 0 ? `, ${f("idle")} closed as idle before they asked` : ""}; the longest after ${duration(f.number("longestMs"))}`,
    zh: (f) =>
      `应答 ${f("served")} 个，503 ${f("refused")} 个，失败 ${f("failed")} 个${(f.number("idle") ?? 0) > 0 ? `，另有 ${f("idle")} 个在发出请求前因空闲被关闭` : ""}；最久 ${duration(f.number("longestMs"))}`,
  },
  // backlog, expected
  "drill-promise.beyond": {
    en: (f) => `503 only past the backlog of ${f("backlog")}: ${f("expected")}`,
    zh: (f) => `仅超出排队上限 ${f("backlog")} 的才返回 503：${f("expected")} 个`,
  },
  "drill-promise.counters": fixed("afterwards the counters are back", "结束后各项计数复原"),
  // connections, held, before
  "drill-found.counters": {
    en: (f) => `${count(f.number("connections"), "connection")}, ${f("held")} held; before: ${f("before")}`,
    zh: (f) => `${f("connections")} 个连接，${f("held")} 个排队；之前：${f("before")} 个连接`,
  },
  "drill-promise.nobody": fixed("nobody else is refused or times out", "没有其他用户被拒绝或超时"),
  // refused, timedOut, shed
  "drill-found.nobody": {
    en: (f) => `${f("refused")} refused, ${f("timedOut")} timed out, ${f("shed")} shed`,
    zh: (f) => `拒绝 ${f("refused")} 个，超时 ${f("timedOut")} 个，丢弃 ${f("shed")} 个`,
  },

  // What status, log and history say of it.
  "sick.drill-redis": fixed(
    "Redis: a drill refuses the app every command on purpose; Redis itself is not touched",
    "Redis：演练正有意拒绝应用的所有命令；Redis 本身未受影响",
  ),
  "sick.drill-postgres": fixed(
    "PostgreSQL: a drill makes every query of the app late on purpose; PostgreSQL itself is not touched",
    "PostgreSQL：演练正有意延迟应用的每次查询；PostgreSQL 本身未受影响",
  ),
  "service-fault.drill": fixed("a drill refuses it on purpose", "由演练有意拒绝"),
  // drill, by, since
  "warning.drill": {
    en: (f) => `A drill is under way: ${f("drill")}, by ${f("by")}, since ${f("since")}`,
    zh: (f) => `演练正在进行：${f("drill")}，由 ${f("by")} 发起，开始于 ${f("since")}`,
  },
  // drill, by, reason|null, slot|null
  "log.drill-begun": {
    en: (f) =>
      `Drill ${f("drill")} begins${f.has("slot") ? `, slot ${f("slot")}` : ""}, by ${f("by")}${f.has("reason") ? `: ${f("reason")}` : ""}`,
    zh: (f) =>
      `演练 ${f("drill")} 开始${f.has("slot") ? `，槽位 ${f("slot")}` : ""}，由 ${f("by")} 发起${f.has("reason") ? `：${f("reason")}` : ""}`,
  },
  // drill
  "log.drill-restored": {
    en: (f) => `Drill ${f("drill")}: the fault is over`,
    zh: (f) => `演练 ${f("drill")}：故障已结束`,
  },
  // drill, outcome, tookMs
  "log.drill-over": {
    en: (f) => `Drill ${f("drill")} is over after ${duration(f.number("tookMs"))}: ${f.phrase("outcome", "history")}`,
    zh: (f) => `演练 ${f("drill")} 结束，用时 ${duration(f.number("tookMs"))}：${f.phrase("outcome", "history")}`,
  },
  "history.held": fixed("held", "承诺成立"),
  "history.not-held": fixed("a promise did not hold", "有承诺未成立"),
  "history.inconclusive": fixed("could not be judged", "无法判定"),
  "history.abandoned": fixed("ended without an outcome", "没有结果即结束"),
};

const victimEn = (f: FactReader): string => (f.has("slot") ? `the worker of slot ${f("slot")}` : "one worker");
const victimZh = (f: FactReader): string => (f.has("slot") ? `槽位 ${f("slot")} 的工作进程` : "一个工作进程");
const othersEn = (f: FactReader): string =>
  (f.number("others") ?? 0) > 0 ? `; ${count(f.number("others"), "connection")} of others came or went` : "";
const othersZh = (f: FactReader): string =>
  (f.number("others") ?? 0) > 0 ? `；期间另有 ${f("others")} 个他人的连接变化` : "";
