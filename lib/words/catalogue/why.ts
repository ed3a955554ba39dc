import type { Catalogue } from "../entry.ts";
import { fixed } from "../entry.ts";
import type { FactReader } from "../fact-reader.ts";
import { count, duration } from "../format.ts";

/** What `dashd why` says of a worker that hung or died. */
export const whyWords: Catalogue = {
  "cli.summary-why": fixed("what killed or hung the last worker", "最近一个工作进程为何退出或卡死"),
  "cli.arg-slot": fixed("number of a slot; without it, the last of all", "槽位编号；省略则查看全部槽位中最近的一次"),
  // slot|null
  "why.nothing": {
    en: (f) =>
      f.has("slot")
        ? `No worker of slot ${f("slot")} has hung or died unasked in this home.`
        : "No worker has hung or died unasked in this home.",
    zh: (f) =>
      f.has("slot")
        ? `此数据目录中，槽位 ${f("slot")} 的工作进程没有卡死或意外退出的记录。`
        : "此数据目录中没有工作进程卡死或意外退出的记录。",
  },
  // slot, pid, generation, stage, at, ago
  "why.who": {
    en: (f) =>
      `Slot ${f("slot")} · pid ${f("pid")} · generation ${f("generation")} · stage ${f("stage")} · ${f("at")} (${f("ago")} ago)`,
    zh: (f) =>
      `槽位 ${f("slot")} · 进程 ${f("pid")} · 第 ${f("generation")} 代 · 阶段 ${f("stage")} · ${f("at")}（${f("ago")} 前）`,
  },
  // lived, ready|null
  "why.lived": {
    en: (f) => `It lived for ${f("lived")}${f.has("ready") ? "" : " and was never ready"}.`,
    zh: (f) => `存活 ${f("lived")}${f.has("ready") ? "" : "，从未就绪"}。`,
  },
  // pid, afterMs, hung
  "why.followed": {
    en: (f) =>
      `Replaced by pid ${f("pid")}, ready ${duration(f.number("afterMs"))} after ${f.is("hung", true) ? "the hang was seen" : "its end"}.`,
    zh: (f) =>
      `已由进程 ${f("pid")} 接替，${f.is("hung", true) ? "发现卡死" : "退出"}后 ${duration(f.number("afterMs"))} 就绪。`,
  },
  "why.not-followed": fixed("No worker has been ready in its place.", "尚无新进程在其位置就绪。"),
  // count
  "why.in-a-row": {
    en: (f) => `It is the ${ordinal(f.number("count"))} death of this slot in a row.`,
    zh: (f) => `该槽位已连续退出 ${f("count")} 次。`,
  },
  "why.in-flight": fixed("IN FLIGHT", "处理中的请求"),
  // beforeMs
  "why.in-flight-beat": {
    en: (f) =>
      `IN FLIGHT at its last beat, ${duration(f.number("beforeMs"))} before the end; what came after that is not known`,
    zh: (f) => `最后一次心跳时（退出前 ${duration(f.number("beforeMs"))}）处理中的请求；此后到达的请求不得而知`,
  },
  // beforeMs
  "why.in-flight-blocked": {
    en: (f) => `IN FLIGHT in its last turn, ${duration(f.number("beforeMs"))} before the end`,
    zh: (f) => `退出前最后一次事件循环中处理中的请求（退出前 ${duration(f.number("beforeMs"))}）`,
  },
  "why.in-flight-unknown": fixed("IN FLIGHT: not known, it sent no beat", "处理中的请求：未知，从未收到它的心跳"),
  "why.in-flight-none": fixed("nothing", "无"),
  // more
  "why.in-flight-more": {
    en: (f) => `and ${f("more")} more`,
    zh: (f) => `另有 ${f("more")} 个`,
  },
  // traceId
  "why.trace": { en: (f) => `trace ${f("traceId")}`, zh: (f) => `追踪 ${f("traceId")}` },
  // queued
  "why.queued": {
    en: (f) => `${count(f.number("queued"), "request")} waited for a place`,
    zh: (f) => `另有 ${f("queued")} 个请求在排队`,
  },
  "why.stack-hung": fixed("STACK of the main thread as it hung", "卡死时主线程的调用栈"),
  "why.stack-thrown": fixed("STACK of the exception", "异常的调用栈"),
  "why.no-stack-stopped": fixed("STACK: none, a stopped process tells nothing", "调用栈：无，被暂停的进程无法应答"),
  "why.no-stack-native": fixed(
    "STACK: none, it was in native code (JSON, crypto, zlib, a synchronous call…); the requests above tell where",
    "调用栈：无，主线程当时在原生代码中（JSON、加密、压缩或同步调用等）；可由上面的请求判断位置",
  ),
  "why.no-stack-no-answer": fixed(
    "STACK: none, its watchdog did not answer within a second",
    "调用栈：无，其监视线程一秒内没有应答",
  ),
  "why.nameless": fixed("(anonymous)", "（匿名函数）"),
  // rss|null, used|null, limit|null, beat
  "why.memory": {
    en: (f) =>
      `MEMORY${f.is("beat", true) ? " at its last beat" : ""}: ${f("rss")} in all, heap ${f("used")} of ${f("limit")}`,
    zh: (f) =>
      `内存${f.is("beat", true) ? "（最后一次心跳时）" : ""}：共 ${f("rss")}，堆 ${f("used")}，上限 ${f("limit")}`,
  },
  "why.output": fixed("LAST LINES it wrote", "最后的输出"),
  "why.output-none": fixed("LAST LINES: it wrote none", "最后的输出：无"),
  // count, dir
  "why.earlier": {
    en: (f) => `${count(f.number("count"), "earlier one")} in ${f("dir")}`,
    zh: (f) => `另有 ${f("count")} 条更早的记录，位于 ${f("dir")}`,
  },
  // slots[]
  "status.why": {
    en: (f) => `Hung or ended unasked: slot ${f("slots")}. What did it: dashd why ${f.list("slots")[0] ?? ""}`,
    zh: (f) => `曾卡死或意外退出的槽位：${f.list("slots").join("、")}。查看原因：dashd why ${f.list("slots")[0] ?? ""}`,
  },

  // What ended it; facts: usedMs|null, code|null, signal|null, message|null, place|null, limit|null, killed.
  "died.hung-loop": {
    en: (f) =>
      f.has("usedMs")
        ? `It hung: one turn of its loop had used ${duration(f.number("usedMs"))} of CPU. ${f.is("killed", true) ? "dashd killed it." : "It came back, finished what it had and went."}`
        : "It hung: one turn of its loop would not end, and its own watchdog ended it.",
    zh: (f) =>
      f.has("usedMs")
        ? `进程卡死：事件循环单次执行已占用 CPU ${duration(f.number("usedMs"))}。${f.is("killed", true) ? "dashd 已将其强制终止。" : "之后它恢复响应，处理完剩余请求后退出。"}`
        : "进程卡死：事件循环单次执行迟迟不结束，由其自身的监视线程终止。",
  },
  "died.hung-stopped": {
    en: (f) =>
      `It hung: it had been stopped (SIGSTOP) for ${duration(f.number("usedMs"))}. ${f.is("killed", true) ? "dashd killed it." : "It was continued, finished what it had and went."}`,
    zh: (f) =>
      `进程卡死：被暂停（SIGSTOP）达 ${duration(f.number("usedMs"))}。${f.is("killed", true) ? "dashd 已将其强制终止。" : "之后它恢复运行，处理完剩余请求后退出。"}`,
  },
  "died.exception": {
    en: (f) => `It threw an exception that nobody caught: ${f("message")}${at(f)}.`,
    zh: (f) => `应用抛出了未捕获的异常：${f("message")}${atZh(f)}。`,
  },
  "died.exit": {
    en: (f) => `The program ended itself with exit code ${f("code")}${f.has("place") ? `, at ${f("place")}` : ""}.`,
    zh: (f) => `程序自行退出，退出码 ${f("code")}${f.has("place") ? `，位置：${f("place")}` : ""}。`,
  },
  "died.heap": {
    en: (f) =>
      `Its heap reached V8's limit${f.has("limit") ? ` of ${f("limit")}` : ""}: out of memory. A leak, or too little: NODE_OPTIONS=--max-old-space-size=<MB> sets it.`,
    zh: (f) =>
      `堆内存达到 V8 上限${f.has("limit") ? `（${f("limit")}）` : ""}，内存溢出。可能存在内存泄漏，或上限过低：可用 NODE_OPTIONS=--max-old-space-size=<MB> 调整。`,
  },
  "died.kernel-oom": fixed(
    "The kernel killed it because memory ran out, the host's or its cgroup's.",
    "主机或其 cgroup 内存耗尽，内核将其终止（OOM）。",
  ),
  "died.segfault": {
    en: (f) => `It crashed in native code (${f("signal")}): in Node itself or in an addon of the app.`,
    zh: (f) => `在原生代码中崩溃（${f("signal")}）：问题在 Node 本身或应用的原生扩展中。`,
  },
  "died.abort": {
    en: (f) =>
      `It aborted itself (${f("signal")}): a check in Node or in an addon failed${f.has("message") ? `: ${f("message")}` : ""}.`,
    zh: (f) =>
      `进程自行中止（${f("signal")}）：Node 或原生扩展的内部检查失败${f.has("message") ? `：${f("message")}` : ""}。`,
  },
  "died.killed": {
    en: (f) =>
      `It was killed from outside (${f("signal")}), not by dashd. Where memory was short, dmesg tells whether it was the kernel.`,
    zh: (f) => `被外部强制终止（${f("signal")}），并非 dashd 所为。若当时内存紧张，可用 dmesg 查看是否由内核终止。`,
  },
  "died.signal": {
    en: (f) => `It was ended from outside by ${f("signal")}, not by dashd.`,
    zh: (f) => `被外部信号 ${f("signal")} 终止，并非 dashd 所为。`,
  },
  "died.boot-failed": {
    en: (f) => `The app could not be started: ${f("message")}${at(f)}.`,
    zh: (f) => `应用无法启动：${f("message")}${atZh(f)}。`,
  },
  "died.boot-timeout": fixed(
    "It was not ready within the boot time-out, and dashd killed it.",
    "未能在启动时限内就绪，dashd 已将其强制终止。",
  ),
  "died.stop-timeout": fixed(
    "It was asked to go and did not end in time, so dashd killed it.",
    "被要求退出但未能按时结束，dashd 已将其强制终止。",
  ),
  "died.not-forked": fixed(
    "The system would not make the process: too many of them, too many open files, or no memory.",
    "系统未能创建进程：进程数过多、打开的文件过多或内存不足。",
  ),

  "died.drill-killed": fixed(
    "A drill killed it on purpose (dashd drill kill): no fault of the app, and it does not count against the slot.",
    "由演练有意终止（dashd drill kill）：与应用无关，不计入该槽位的崩溃次数。",
  ),
  "died.drill-hung": {
    en: (f) =>
      `A drill made it hang on purpose (dashd drill hang): one turn of its loop had used ${duration(f.number("usedMs"))} of CPU. ${f.is("killed", true) ? "dashd killed it." : "It came back, finished what it had and went."} No fault of the app.`,
    zh: (f) =>
      `由演练有意使其卡死（dashd drill hang）：事件循环单次执行已占用 CPU ${duration(f.number("usedMs"))}。${f.is("killed", true) ? "dashd 已将其强制终止。" : "之后它恢复响应，处理完剩余请求后退出。"}与应用无关。`,
  },

  // The same in a few words, for the log.
  "died-of.hung-loop": fixed("its loop hung", "事件循环卡死"),
  "died-of.hung-stopped": fixed("it was stopped for too long", "被暂停过久"),
  "died-of.exception": fixed("an exception that nobody caught", "未捕获的异常"),
  "died-of.exit": fixed("the program ended itself", "程序自行退出"),
  "died-of.heap": fixed("its heap ran out of memory", "堆内存溢出"),
  "died-of.kernel-oom": fixed("the kernel ran out of memory", "内存耗尽，被内核终止"),
  "died-of.segfault": fixed("a crash in native code", "原生代码崩溃"),
  "died-of.abort": fixed("it aborted itself", "进程自行中止"),
  "died-of.killed": fixed("killed from outside", "被外部强制终止"),
  "died-of.drill-killed": fixed("a drill killed it on purpose", "由演练有意终止"),
  "died-of.drill-hung": fixed("a drill made it hang on purpose", "由演练有意使其卡死"),
  "died-of.signal": fixed("ended from outside", "被外部信号终止"),
  "died-of.boot-failed": fixed("the app could not be started", "应用无法启动"),
  "died-of.boot-timeout": fixed("it was not ready in time", "未按时就绪"),
  "died-of.stop-timeout": fixed("it did not end in time", "未按时结束"),
  "died-of.not-forked": fixed("the process could not be made", "无法创建进程"),
};

const at = (f: FactReader): string => (f.has("place") ? ` (at ${f("place")})` : "");
const atZh = (f: FactReader): string => (f.has("place") ? `（位置：${f("place")}）` : "");

const ordinal = (value: number | null): string => {
  if (value === null) return "–";
  const tail = value % 100;
  const ending = tail > 10 && tail < 14 ? "th" : (["th", "st", "nd", "rd"][value % 10] ?? "th");
  return `${value}${ending}`;
};
