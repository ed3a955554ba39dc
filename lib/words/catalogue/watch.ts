import { fixed, type Catalogue } from "../entry.ts";

/** The full-screen view of `dashd status --watch`. */
export const watchWords: Catalogue = {
  // generation, uptime, url, adminUrl, app
  "watch.about": {
    en: (f) => `up ${f("uptime")} · ${f("url")} · admin ${f("adminUrl")} · ${f("app")}`,
    zh: (f) => `已运行 ${f("uptime")} · ${f("url")} · 管理 ${f("adminUrl")} · ${f("app")}`,
  },
  // declared, effective, unread, proven, at|null
  "watch.limits": {
    en: (f) =>
      `limits: ${f("declared")} declared, ${f("effective")} effective as declared${f.is("unread", 0) ? "" : `, ${f("unread")} not readable`}, ${f("proven")} proven${f.has("at") ? ` (${f("at")})` : ""}`,
    zh: (f) =>
      `限制：声明 ${f("declared")} 项，与声明一致 ${f("effective")} 项${f.is("unread", 0) ? "" : `，无法读取 ${f("unread")} 项`}，已验证 ${f("proven")} 项${f.has("at") ? `（${f("at")}）` : ""}`,
  },
  // name, declared, effective
  "watch.drifts": {
    en: (f) => `  ${f("name")}: declared ${f("declared")}, effective ${f("effective")} ← drift`,
    zh: (f) => `  ${f("name")}：声明 ${f("declared")}，生效 ${f("effective")} ← 偏差`,
  },
  "watch.app-drifts": fixed(
    "  the app's code on disk differs from what runs: r reloads it",
    "  磁盘上的应用代码与运行中的不同：按 r 重新加载",
  ),
  // generation, states[]
  "watch.generation": {
    en: (f) => `generation ${f("generation")}: ${f("states")}`,
    zh: (f) => `第 ${f("generation")} 代：${f.list("states").join("，")}`,
  },
  "watch.legend": fixed("slot, connections/in flight+queued, memory", "槽位，连接/处理中+排队，内存"),
  // name, value, level, advice|null
  "watch.judged": {
    en: (f) =>
      `${f.phrase("name", "indicator")} ${f("value")} (${f.phrase("level")})${f.has("advice") ? `: ${f("advice")}` : ""}`,
    zh: (f) =>
      `${f.phrase("name", "indicator")} ${f("value")}（${f.phrase("level")}）${f.has("advice") ? `，建议：${f("advice")}` : ""}`,
  },
  // count
  "watch.more": {
    en: (f) => `… and ${f("count")} more: dashd status`,
    zh: (f) => `……另有 ${f("count")} 项：dashd status`,
  },
  "watch.spark-requests": fixed("requests", "请求"),
  "watch.spark-p95": fixed("p95", "p95 响应"),
  "watch.spark-connections": fixed("connections", "连接"),
  "watch.spark-cpu": fixed("CPU", "CPU 占用"),
  // seconds
  "watch.silent": {
    en: (f) => `no answer for ${f("seconds")} s`,
    zh: (f) => `${f("seconds")} 秒无应答`,
  },

  "watch.keys-overview": fixed(
    "s stage  b rollback  r reload  l logs  ? help  q quit",
    "s 切换阶段  b 回退  r 重新加载  l 日志  h 帮助  q 退出",
  ),
  "watch.keys-help": fixed("esc back  q quit", "esc 返回  q 退出"),
  "watch.keys-logs": fixed(
    "w warnings and errors only  ↑↓ scroll  esc back  q quit",
    "w 只看警告和错误  ↑↓ 滚动  esc 返回  q 退出",
  ),
  "watch.keys-stage": fixed("enter plan  esc back", "enter 查看计划  esc 返回"),
  "watch.keys-plan": fixed("y do it  n back  ↑↓ scroll", "y 执行  n 返回  ↑↓ 滚动"),
  "watch.keys-change": fixed(
    "esc figures (it goes on)  b take it back  q quit (it goes on)",
    "esc 返回（变更继续）  b 撤回  q 退出（变更继续）",
  ),
  "watch.help": fixed(
    `s  change to another stage: the plan and its sums first, then y
b  roll back: to the revision before; while a change is under way, take that one back
r  reload: the same stage with the app's new code
c  the last change that was asked for here, step by step
l  the log as it is written; w shows warnings and errors only
q  quit; Ctrl-C does too, with exit code 130. A change goes on without this view

● ready  ◌ booting  ◐ late  ○ draining  ✗ hung  ↻ backing off
A worker's cell: slot, connections/requests in flight+queued, memory; yellow: it was restarted.
The lines of blocks are the last five minutes as this view has seen them.`,
    `s  切换到另一阶段：先显示计划与核算，按 y 才执行
b  回退到上一个修订；若有变更正在进行，则撤回该变更
r  重新加载：阶段不变，换上应用的新代码
c  查看在此发起的最近一次变更的各个步骤
l  实时日志；按 w 只看警告和错误
q  退出；也可用 Ctrl-C（退出码 130）。退出后变更仍会继续

● 就绪  ◌ 启动中  ◐ 心跳迟缓  ○ 收尾中  ✗ 卡死  ↻ 等待重启
工作进程一格：槽位、连接/处理中+排队、内存；黄色表示曾经重启。
方块曲线是本界面所见的最近五分钟。`,
  ),
  // stages[]
  "watch.which-stage": {
    en: (f) => `Change to which stage?${f.list("stages").length === 0 ? "" : ` There are: ${f("stages")}`}`,
    zh: (f) => `切换到哪个阶段？${f.list("stages").length === 0 ? "" : `可选：${f.list("stages").join("、")}`}`,
  },
  "watch.planning": fixed("Making the sums …", "正在核算……"),
  // stage
  "watch.wanted-stage": {
    en: (f) => `change to stage ${f("stage")}`,
    zh: (f) => `切换到阶段 ${f("stage")}`,
  },
  "watch.wanted-reload": fixed("reload", "重新加载"),
  "watch.wanted-rollback": fixed("roll back", "回退"),
  // what
  "watch.sure": {
    en: (f) => `Really ${f("what")}? y/n`,
    zh: (f) => `确定${f("what")}？y/n`,
  },
  "watch.cannot": {
    en: (f) => `Cannot ${f("what")}; n goes back`,
    zh: (f) => `无法${f("what")}；按 n 返回`,
  },
  "watch.under-way": {
    en: (f) => `Under way: ${f("what")}`,
    zh: (f) => `进行中：${f("what")}`,
  },
  "watch.ended-well": {
    en: (f) => `Done: ${f("what")}`,
    zh: (f) => `已完成：${f("what")}`,
  },
  "watch.ended-badly": {
    en: (f) => `Not done: ${f("what")}`,
    zh: (f) => `未完成：${f("what")}`,
  },
  // app
  "watch.reloads": {
    en: (f) => `The same stage with the code that is on disk now: ${f("app")}`,
    zh: (f) => `阶段不变，换上磁盘上的当前代码：${f("app")}`,
  },
  // revision, stage, at
  "watch.goes-back": {
    en: (f) => `Back to revision ${f("revision")}: stage ${f("stage")}, of ${f("at")}`,
    zh: (f) => `回退到修订 ${f("revision")}：阶段 ${f("stage")}，提交于 ${f("at")}`,
  },
  // stage
  "watch.goes-lower": {
    en: (f) => `No revision is before this one: to the next lower stage, ${f("stage")}`,
    zh: (f) => `之前没有修订：将回退到低一级的阶段 ${f("stage")}`,
  },
  "watch.withdraws": fixed(
    "A change is under way. As long as it is not committed, this takes it back; the generation before serves on.",
    "有变更正在进行。若尚未提交，将撤回该变更，由原来的一代继续提供服务。",
  ),
};
