import { type Catalogue, fixed } from "../entry.ts";
import type { FactReader } from "../fact-reader.ts";
import { count, duration, percent } from "../format.ts";

/** What to do about an indicator of the load that is not well, and what all advice may end with. Facts as in `advice.ts`. */
export const adviceOnLoadWords: Catalogue = {
  // waitP95Ms, queryP95Ms, loopMs, part|null, partMs, slot, nextStage|null
  "advice.responseP95": {
    en: (f) =>
      `${f.has("value") ? `5 % of answers take more than ${duration(f.number("value"))}${f.has("waitP95Ms") ? `, after a wait of up to ${duration(f.number("waitP95Ms"))}` : ""}` : "Answers were slow a moment ago"}${f.has("part") ? `; the largest part is ${f.phrase("part")} (${duration(f.number("partMs"))})` : ""}; ${f.phrase("todo")}.`,
    zh: (f) =>
      `${f.has("value") ? `有 5 % 的响应超过 ${duration(f.number("value"))}${f.has("waitP95Ms") ? `，此前等待 ${duration(f.number("waitP95Ms"))}` : ""}` : "片刻之前响应缓慢"}${f.has("part") ? `，主要耗在：${f.phrase("part")}（${duration(f.number("partMs"))}）` : ""}；${f.phrase("todo")}。`,
  },
  "part.wait": fixed("waiting for a request slot", "等待处理名额"),
  "part.queries": fixed("PostgreSQL queries", "PostgreSQL 查询"),
  "part.loop": {
    en: (f) => `a blocked event loop in slot ${f("slot")}`,
    zh: (f) => `槽位 ${f("slot")} 的事件循环阻塞`,
  },
  "part.work": fixed("the app's own work", "应用自身的处理"),
  // count, answers, own, timedOut, shed, refused, requestTimeoutSec, nextStage|null
  "advice.errors": {
    en: (f) =>
      f.is("count", 0)
        ? `No error any more among the ${count(f.number("answers"), "answer")} of the last minute.`
        : `${f("count")} of ${count(f.number("answers"), "answer")} in the last minute were errors: ${f("own")} of the app's own, ${f("timedOut")} timed out, ${f("shed")} left the queue unserved, ${f("refused")} refused${todoEn(f)}.`,
    zh: (f) =>
      f.is("count", 0)
        ? `最近一分钟的 ${f("answers")} 个应答中已没有错误。`
        : `最近一分钟的 ${f("answers")} 个应答中有 ${f("count")} 个错误：应用自身 ${f("own")} 个，处理超时 ${f("timedOut")} 个，排队未果 ${f("shed")} 个，被拒绝 ${f("refused")} 个${todoZh(f)}。`,
  },
  // workers, inFlight, waiting, slots, neededWorkers, perWorker, cpu, nextStage|null
  "advice.busyWorkers": {
    en: (f) =>
      `${f("value")} of ${count(f.number("workers"), "worker")} ${f.is("value", 1) ? "has" : "have"} no free request slot: ${count(f.number("inFlight"), "request")} ${f.is("inFlight", 1) ? "runs" : "run"} in ${f("slots")} slots and ${f("waiting")} wait${f.has("neededWorkers") ? `; ${f("neededWorkers")} workers, or ${f("perWorker")} requests a worker, would hold them` : ""}${todoEn(f)}.`,
    zh: (f) =>
      `${f("workers")} 个工作进程中有 ${f("value")} 个没有空闲名额：共 ${f("slots")} 个名额，${f("inFlight")} 个请求在处理，${f("waiting")} 个在等待${f.has("neededWorkers") ? `；需要 ${f("neededWorkers")} 个工作进程，或每个进程 ${f("perWorker")} 个名额` : ""}${todoZh(f)}。`,
  },
  // held, heldForSec, refused, backlog, open, limit, needed, nextStage|null
  "advice.connections": {
    en: (f) => {
      const places = `${f("open")} of ${f("limit")} connections in use`;
      if (f.is("held", 0) && f.is("refused", 0))
        return `Nobody is held at the door any more, with ${places}${todoEn(f)}.`;
      const refused = `${count(f.number("refused"), "client")} ${f.is("refused", 1) ? "was" : "were"} refused in the last minute; `;
      return `${f.is("refused", 0) ? "" : refused}${count(f.number("held"), "client")} ${f.is("held", 1) ? "is" : "are"} held at the door${f.is("held", 0) ? "" : ` (backlog ${f("backlog")}), for ${f("heldForSec")} s by now`}, with ${places}: a limit of ${f("needed")} would have let them in${todoEn(f)}.`;
    },
    zh: (f) => {
      const places = `连接已用 ${f("open")}，上限 ${f("limit")}`;
      if (f.is("held", 0) && f.is("refused", 0)) return `入口已无人等待，${places}${todoZh(f)}。`;
      const refused = `最近一分钟有 ${f("refused")} 个客户端被拒绝，`;
      return `${f.is("refused", 0) ? "" : refused}${f("held")} 个客户端在入口等待${f.is("held", 0) ? "" : `（可等待 ${f("backlog")} 个，已持续 ${f("heldForSec")} 秒）`}，${places}：上限为 ${f("needed")} 时即可全部接入${todoZh(f)}。`;
    },
  },
  // held, queued, waiting, max, inFlight, slots, waitP95Ms, cpu, nextStage|null
  "advice.waiting": {
    en: (f) =>
      `${f.is("waiting", 0) ? "Nobody waits any more" : `${f("waiting")} wait (${f("held")} held at the door, ${f("queued")} queued; the queue is for ${f("max")})`}, with ${f("inFlight")} of ${f("slots")} request slots taken${f.has("waitP95Ms") ? ` and a wait of up to ${duration(f.number("waitP95Ms"))} in the last minute` : ""}${todoEn(f)}.`,
    zh: (f) =>
      `${f.is("waiting", 0) ? "已无人等待" : `共有 ${f("waiting")} 个在等待（入口 ${f("held")} 个，队列 ${f("queued")} 个，队列上限 ${f("max")}）`}，${f("slots")} 个处理名额已用 ${f("inFlight")} 个${f.has("waitP95Ms") ? `，最近一分钟的等待约在 ${duration(f.number("waitP95Ms"))} 以内` : ""}${todoZh(f)}。`,
  },
  // max, nextStage|null, nextMax, topStage, topMax
  "advice.users": {
    en: (f) =>
      isWithin(f)
        ? `${count(f.number("value"), "user")} online again, no more than the ${f("max")} of stage ${f("stage")}; a moment ago there were more.`
        : `${f.has("value") ? count(f.number("value"), "user") : "The users online"} ${f.is("value", 1) ? "is" : "are"} more than the ${f("max")} of stage ${f("stage")}: ${
            f.has("nextStage")
              ? `stage ${f("nextStage")} is for up to ${f("nextMax")}: dashd stage ${f("nextStage")}`
              : `the highest stage of the ladder, ${f("topStage")}, is for up to ${f("topMax")}; they need a second host`
          }.`,
    zh: (f) =>
      isWithin(f)
        ? `当前 ${f("value")} 位用户，已不超过阶段 ${f("stage")} 面向的 ${f("max")} 位；片刻之前曾超过。`
        : `当前${f.has("value") ? ` ${f("value")} 位` : "在线"}用户超过阶段 ${f("stage")} 面向的 ${f("max")} 位：${
            f.has("nextStage")
              ? `阶段 ${f("nextStage")} 面向至多 ${f("nextMax")} 位：dashd stage ${f("nextStage")}`
              : `最高的阶段 ${f("topStage")} 面向至多 ${f("topMax")} 位，需要增加主机`
          }。`,
  },

  "todo.look-at-others": fixed("look at what else runs on this host", "请检查本机的其他程序"),
  "todo.look-at-slot": {
    en: (f) => `look at what slot ${f("slot")} does: dashd logs --slot ${f("slot")}`,
    zh: (f) => `请查看槽位 ${f("slot")} 在做什么：dashd logs --slot ${f("slot")}`,
  },
  "todo.look-at-logs": fixed("it is the logs: dashd logs shows what fills them", "主要是日志：用 dashd logs 查看内容"),
  "todo.look-at-queries": fixed(
    "look for slow queries, and connections that are not given back",
    "请检查慢查询和未归还的连接",
  ),
  "todo.look-at-app": fixed(
    "look at what the app computes, or waits for outside PostgreSQL",
    "请检查应用的计算，以及 PostgreSQL 之外的等待",
  ),
  "todo.error-log": fixed(
    "dashd logs --level error shows what the app said of them, an access log (DASHD_ACCESS_LOG) which requests they were",
    "用 dashd logs --level error 查看应用的报错，用访问日志（DASHD_ACCESS_LOG）查看是哪些请求",
  ),
  "todo.shorter-requests": {
    en: (f) => `most ran longer than ${f("requestTimeoutSec")} s: look for what they wait for`,
    zh: (f) => `多数处理超过 ${f("requestTimeoutSec")} 秒：请检查它们在等待什么`,
  },
  "todo.longer-lifetimes": fixed(
    "lifetimes are too short, or the same thing is asked under many keys",
    "有效期过短，或同一内容使用了过多的键",
  ),
  // declaredMb
  "todo.fix-redis": {
    en: (f) => `dashd doctor --fix gives it the ${f("declaredMb")} MB that stage ${f("stage")} declares`,
    zh: (f) => `dashd doctor --fix 可按阶段 ${f("stage")} 的声明设为 ${f("declaredMb")} MB`,
  },
  // neededMb|null
  "todo.grow-redis": {
    en: (f) =>
      `${f.has("neededMb") ? `set redis.maxMemoryMb to ${f("neededMb")}` : "raise redis.maxMemoryMb"} in the profile, then dashd stage ${f("stage")} and dashd doctor --fix`,
    zh: (f) =>
      `请在配置文件中${f.has("neededMb") ? `将 redis.maxMemoryMb 设为 ${f("neededMb")}` : "调大 redis.maxMemoryMb"}，再执行 dashd stage ${f("stage")} 与 dashd doctor --fix`,
  },
  // fit, largest, maxConnections, wanted
  "todo.grow-pool": {
    en: (f) =>
      `${f.has("fit") ? `set postgres.connections to ${f("fit")} in the profile, then dashd stage ${f("stage")}` : "postgres.connections may grow"}: up to ${f("largest")} fit under the server's ${f("maxConnections")} connections, since a change holds two pools and ${f("reserved")} are kept back`,
    zh: (f) =>
      `${f.has("fit") ? `请在配置文件中将 postgres.connections 设为 ${f("fit")}，再执行 dashd stage ${f("stage")}` : "可以调大 postgres.connections"}：变更期间同时有两代连接池，服务器又保留 ${f("reserved")} 个，在其 ${f("maxConnections")} 个连接之下最多可设为 ${f("largest")}`,
  },
  // wanted, neededMax, maxConnections, reserved
  "todo.grow-server": {
    en: (f) =>
      `it cannot grow under the server's ${f("maxConnections")} connections, since a change holds two pools and ${f("reserved")} are kept back${f.has("wanted") ? `: a pool of ${f("wanted")} needs max_connections ${f("neededMax")}` : ""}`,
    zh: (f) =>
      `变更期间同时有两代连接池，服务器又保留 ${f("reserved")} 个，在其 ${f("maxConnections")} 个连接之下无法再调大${f.has("wanted") ? `：连接池要达到 ${f("wanted")}，max_connections 需为 ${f("neededMax")}` : ""}`,
  },
  // nextStage
  "todo.lower-stage": {
    en: (f) => `stage ${f("nextStage")} has no more than that: dashd stage ${f("nextStage")}`,
    zh: (f) => `阶段 ${f("nextStage")} 不超过此数：dashd stage ${f("nextStage")}`,
  },
  "todo.larger-stage": {
    en: (f) => `stage ${f("nextStage")} has more room: dashd stage ${f("nextStage")}`,
    zh: (f) => `阶段 ${f("nextStage")} 容量更大：dashd stage ${f("nextStage")}`,
  },
  "todo.larger-host": fixed(
    "no higher stage has more room: a larger host, or a second one",
    "没有容量更大的阶段：请换用更大的主机，或增加一台",
  ),
  // cpu
  "todo.cpu-first": {
    en: (f) => `the CPU is at ${percent(f.number("cpu"))}, so more cores come first`,
    zh: (f) => `CPU 已达 ${percent(f.number("cpu"))}，应先增加核心`,
  },
};

const isWithin = (f: FactReader): boolean => f.has("value") && (f.number("value") ?? 0) <= (f.number("max") ?? 0);

const todoEn = (f: FactReader): string => (f.has("todo") ? `; ${f.phrase("todo")}` : "");
const todoZh = (f: FactReader): string => (f.has("todo") ? `；${f.phrase("todo")}` : "");
