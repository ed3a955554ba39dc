import { type Catalogue, fixed } from "../entry.ts";
import type { FactReader } from "../fact-reader.ts";
import { count } from "../format.ts";

/** The monitoring panel: what stands on its page, and what is marked on the time axis of its charts. */
export const panelWords: Catalogue = {
  // The way in.
  "panel.token": fixed("Token", "令牌"),
  "panel.log-in": fixed("Log in", "登录"),
  "panel.log-out": fixed("Log out", "退出登录"),
  "panel.login-hint": fixed(
    "The token is in a file in the home of the instance (.dashd/token). The one in .dashd/token-read may look, but not act.",
    "令牌保存在实例数据目录的文件中（.dashd/token）。.dashd/token-read 中的令牌只能查看，不能操作。",
  ),
  "panel.wrong-token": fixed("That is not a token of this instance.", "这不是本实例的令牌。"),
  "panel.too-many-tries": fixed(
    "Too many wrong tokens from your address. Try again in a minute.",
    "来自您地址的错误令牌过多，请一分钟后再试。",
  ),
  "panel.log-in-to-act": fixed(
    "This window can only look. Log out and in again to act.",
    "此窗口只能查看。如需操作，请退出后重新登录。",
  ),
  "panel.reader": fixed("Read-only", "只读"),
  "panel.dark": fixed("Dark", "深色"),
  "panel.light": fixed("Light", "浅色"),
  "panel.session-over": fixed(
    "The session is over: the master was started anew, or the login is twelve hours old.",
    "会话已结束：主进程已重新启动，或登录已超过十二小时。",
  ),
  "panel.no-contact": fixed("No contact with the master", "与主进程失去联系"),
  // at
  "panel.last-heard": {
    en: (f) => `Everything below is as it was at ${f("at")}. The page goes on trying.`,
    zh: (f) => `以下内容均为 ${f("at")} 的状态，页面正在不断重试。`,
  },

  // Headings and labels.
  "panel.status": fixed("Status", "状态"),
  "panel.figures": fixed("Figures", "关键数据"),
  "panel.notes": fixed("To be known", "注意事项"),
  "panel.actions": fixed("Actions", "操作"),
  // pid, rss
  "panel.master": {
    en: (f) => `master ${f("pid")}, ${f("rss")}`,
    zh: (f) => `主进程 ${f("pid")}，${f("rss")}`,
  },
  "panel.stage": fixed("Stage", "阶段"),
  // stage, usersMin, usersMax, generation, since
  "panel.stage-for": {
    en: (f) =>
      `${f.has("usersMin") ? `For ${f("usersMin")}–${f("usersMax")} users · ` : ""}generation ${f("generation")} · since ${f("since")}`,
    zh: (f) =>
      `${f.has("usersMin") ? `适用 ${f("usersMin")}–${f("usersMax")} 人 · ` : ""}第 ${f("generation")} 代 · 始于 ${f("since")}`,
  },
  "panel.limits": fixed("Limits: declared, effective, proven", "限制：声明值、实际值、实测值"),
  "panel.unproven": fixed(
    "Nothing is proven for this revision yet: dashd verify measures it.",
    "此修订尚无实测结果：执行 dashd verify 进行测量。",
  ),
  "panel.workers": fixed("Workers", "工作进程"),
  // generation
  "panel.generation": {
    en: (f) => `Workers of generation ${f("generation")}`,
    zh: (f) => `第 ${f("generation")} 代的工作进程`,
  },
  // generation, ready, count
  "panel.generation-serving": {
    en: (f) => `Generation ${f("generation")} · serving · ${f("ready")}/${f("count")} ready`,
    zh: (f) => `第 ${f("generation")} 代 · 服务中 · 就绪 ${f("ready")}/${f("count")}`,
  },
  "panel.generation-coming": {
    en: (f) => `Generation ${f("generation")} · coming up · ${f("ready")}/${f("count")} ready`,
    zh: (f) => `第 ${f("generation")} 代 · 启动中 · 就绪 ${f("ready")}/${f("count")}`,
  },
  "panel.generation-warm": {
    en: (f) => `Generation ${f("generation")} · standing by · ${f("count")} left`,
    zh: (f) => `第 ${f("generation")} 代 · 待命 · 剩余 ${f("count")}`,
  },
  "panel.generation-going": {
    en: (f) => `Generation ${f("generation")} · finishing · ${f("count")} left`,
    zh: (f) => `第 ${f("generation")} 代 · 收尾中 · 剩余 ${f("count")}`,
  },
  "panel.stall": fixed("STALL", "卡顿"),
  "panel.indicators": fixed("Indicators", "指标"),
  "panel.advice": fixed("Advice", "建议"),
  "panel.services": fixed("Services", "服务"),
  "panel.service": fixed("SERVICE", "服务"),
  "panel.latency": fixed("LATENCY", "延迟"),
  "panel.particulars": fixed("PARTICULARS", "详情"),
  "panel.upstream": fixed("upstream", "上游"),
  // rate
  "panel.hit-rate": { en: (f) => `hit rate ${f("rate")}`, zh: (f) => `命中率 ${f("rate")}` },
  // share
  "panel.redis-memory": { en: (f) => `memory ${f("share")}`, zh: (f) => `内存 ${f("share")}` },
  // budget, open, busy, waiting
  "panel.pool": {
    en: (f) =>
      `pool ${f("busy")} busy, ${f("open")} open of ${f("budget")}${isOver(f) ? " (two generations)" : ""}, ${f("waiting")} waiting`,
    zh: (f) =>
      `连接池 ${f("budget")}：已打开 ${f("open")}${isOver(f) ? "（新旧两代合计）" : ""}，使用中 ${f("busy")}，等待 ${f("waiting")}`,
  },
  "panel.change": fixed("Last change", "最近的变更"),
  "panel.steps": fixed("Steps", "步骤"),
  "panel.under-way": fixed("A change is under way.", "变更进行中。"),
  "panel.history": fixed("History", "变更历史"),
  "panel.in-force": fixed("in force", "生效中"),
  "panel.boxes": fixed("Black boxes", "黑匣子"),
  "panel.cause": fixed("CAUSE", "原因"),
  // slot, pid, generation, stage, at
  "panel.box-who": {
    en: (f) => `Slot ${f("slot")} · pid ${f("pid")} · generation ${f("generation")} · stage ${f("stage")} · ${f("at")}`,
    zh: (f) => `槽位 ${f("slot")} · 进程 ${f("pid")} · 第 ${f("generation")} 代 · 阶段 ${f("stage")} · ${f("at")}`,
  },
  "panel.stack": fixed("What it was in", "当时的调用栈"),
  "panel.last-output": fixed("What it wrote last", "最后的输出"),
  "panel.close": fixed("Close", "关闭"),
  "panel.logs": fixed("Log", "日志"),
  "panel.slot": fixed("Slot", "槽位"),
  "panel.level": fixed("Level", "级别"),
  "panel.grep": fixed("Text", "关键字"),
  "panel.all": fixed("all", "全部"),
  "panel.from-info": fixed("info and above", "信息及以上"),
  "panel.from-warn": fixed("warnings and above", "警告及以上"),
  "panel.from-error": fixed("errors", "仅错误"),
  "panel.no-lines": fixed("No line of the log is like this.", "没有符合条件的日志。"),

  // Charts.
  "panel.charts": fixed("Over time", "趋势"),
  "panel.span": fixed("Span", "时间范围"),
  "panel.hour": fixed("Last hour", "最近一小时"),
  "panel.day": fixed("Last day", "最近一天"),
  "panel.marks": fixed("Marked on the time axis", "时间轴上的标记"),
  "panel.chart-response": fixed("Response", "响应时间"),
  "panel.chart-requests": fixed("Requests", "请求数"),
  "panel.chart-errors": fixed("Errors", "错误率"),
  "panel.chart-connections": fixed("Connections", "连接"),
  "panel.chart-queue": fixed("Requests in hand", "处理中的请求"),
  "panel.chart-wait": fixed("Wait p95", "等待 p95"),
  "panel.chart-users": fixed("Users online", "在线用户"),
  "panel.chart-host": fixed("Host", "主机"),
  "panel.chart-memory": fixed("Memory of the workers", "工作进程内存"),
  "panel.chart-redis": fixed("Redis", "Redis"),
  "panel.chart-pool": fixed("PostgreSQL pool", "PostgreSQL 连接池"),
  "panel.line-p50Ms": fixed("p50", "p50"),
  "panel.line-p95Ms": fixed("p95", "p95"),
  "panel.line-p99Ms": fixed("p99", "p99"),
  "panel.line-waitP95Ms": fixed("wait p95", "等待 p95"),
  "panel.line-requestsPerSec": fixed("requests", "请求"),
  "panel.line-errorRate": fixed("errors", "错误率"),
  "panel.line-connections": fixed("open", "已接入"),
  "panel.line-held": fixed("held", "等待接入"),
  "panel.line-queued": fixed("queued", "排队"),
  "panel.line-inFlight": fixed("in flight", "处理中"),
  "panel.line-users": fixed("users", "用户"),
  "panel.line-cpu": fixed("CPU", "CPU"),
  "panel.line-memory": fixed("memory", "内存"),
  "panel.line-diskIo": fixed("disk I/O", "磁盘 I/O"),
  "panel.line-workersBytes": fixed("memory", "内存"),
  "panel.line-redisHitRate": fixed("hit rate", "命中率"),
  "panel.line-redisMemory": fixed("memory", "内存"),
  "panel.line-poolOpen": fixed("open", "已打开"),
  "panel.line-poolBusy": fixed("busy", "使用中"),
  "panel.line-poolWaiting": fixed("waiting", "等待"),
  // revision, stage
  "mark.revision": {
    en: (f) => `Revision ${f("revision")}: stage ${f("stage")}`,
    zh: (f) => `修订 ${f("revision")}：阶段 ${f("stage")}`,
  },
  // slots[]
  "mark.restarted": {
    en: (f) => `Worker ended unasked: slot ${f("slots")}`,
    zh: (f) => `工作进程意外退出：槽位 ${list(f, "slots")}`,
  },
  // service, state
  "mark.service": {
    en: (f) => `${f("service")}: ${f.phrase("state", "service-state")}`,
    zh: (f) =>
      `${f.is("service", "upstream") ? "上游" : `服务 ${f("service")}`}：${f.phrase("state", "service-state")}`,
  },
  // names[]
  "mark.drift": { en: (f) => `Drift: ${f("names")}`, zh: (f) => `出现偏差：${list(f, "names")}` },
  "mark.no-drift": fixed("No drift any more", "偏差已消除"),
  // held
  "mark.held": {
    en: (f) => `Clients held at the door: ${f("held")}`,
    zh: (f) => `有客户端等待接入：${f("held")}`,
  },
  // count
  "mark.refused": {
    en: (f) => `Refused with 503: ${count(f.number("count"), "request")}`,
    zh: (f) => `以 503 拒绝：${f("count")} 个请求`,
  },
  "service-state.up": fixed("up", "正常"),
  "service-state.slow": fixed("slow", "缓慢"),
  "service-state.down": fixed("down", "不可用"),
  "service-state.embedded": fixed("up (embedded)", "正常（内置）"),
  "service-state.off": fixed("not used", "未使用"),

  // Actions.
  "panel.do-stage": fixed("Change stage", "切换阶段"),
  "panel.about-stage": fixed(
    "A new generation comes up beside the one that runs; it takes over when it has proved itself, else everything stays as it is. No request is lost.",
    "新的一代在运行中的一代旁启动；验证通过后才会接管，否则一切保持原样。不会丢失任何请求。",
  ),
  "panel.do-reload": fixed("Reload", "重新加载"),
  "panel.about-reload": fixed(
    "The same stage with the app's code as it is on disk now, in the same transaction.",
    "阶段不变，以磁盘上的最新代码启动新的一代，走同样的变更流程。",
  ),
  "panel.do-rollback": fixed("Roll back", "回退"),
  "panel.about-rollback": fixed(
    "Back to an earlier revision: its stage and its code. It is committed without a watch window.",
    "回到较早的修订：恢复其阶段与代码。直接提交，不设观察期。",
  ),
  "panel.rollback-previous": fixed("the revision before", "上一个修订"),
  // revision, stage, at
  "panel.rollback-choice": {
    en: (f) => `revision ${f("revision")}: stage ${f("stage")}, ${f("at")}`,
    zh: (f) => `修订 ${f("revision")}：阶段 ${f("stage")}，${f("at")}`,
  },
  // stage, workers, connections, usersMin, usersMax
  "panel.stage-choice": {
    en: (f) =>
      `stage ${f("stage")}: ${f("workers")} workers, ${f("connections")} connections, ${f("usersMin")}–${f("usersMax")} users`,
    zh: (f) =>
      `阶段 ${f("stage")}：${f("workers")} 个工作进程，${f("connections")} 个连接，${f("usersMin")}–${f("usersMax")} 人`,
  },
  "panel.do-drill": fixed("Drill", "演练"),
  "panel.about-drill": fixed(
    "A fault on purpose, on this running instance: users of the drill's own ask before, meanwhile and after, and every promise is judged by what they saw.",
    "在运行中的实例上有意制造故障：演练自带的用户在故障前、故障中和故障后持续访问，并据此逐条检验承诺。",
  ),
  "panel.drill-kill": fixed("kill: one worker ends at once", "kill：一个工作进程被强制终止"),
  "panel.drill-hang": fixed("hang: one worker's loop stands still", "hang：一个工作进程卡死"),
  "panel.drill-redis-down": fixed("redis-down: Redis is away", "redis-down：Redis 不可用"),
  "panel.drill-postgres-slow": fixed("postgres-slow: PostgreSQL is late", "postgres-slow：PostgreSQL 变慢"),
  "panel.drill-burst": fixed("burst: more clients than may be open", "burst：连接数超过上限"),
  "panel.promised": fixed("What must hold", "必须成立的承诺"),
  // users|null
  "panel.drill-users": {
    en: (f) =>
      `${f.has("users") ? `${count(f.number("users"), "user")} of the drill's own ask for the ready path. ` : ""}No change can be made until it is over.`,
    zh: (f) => `${f.has("users") ? `演练自带 ${f("users")} 个用户访问就绪检查路径。` : ""}演练结束前不能进行变更。`,
  },
  "panel.last-drill": fixed("Last drill", "最近的演练"),
  "panel.drill-under-way": fixed("A drill is under way.", "演练进行中。"),
  "panel.stop-drill": fixed("Stop the drill", "停止演练"),
  "panel.choose": fixed("To", "目标"),
  "panel.choose-drill": fixed("Fault", "故障"),
  "panel.reason": fixed("Why (kept in the history)", "原因（记入变更历史）"),
  "panel.cancel": fixed("Cancel", "取消"),
  "panel.making-plan": fixed("Making the sums…", "正在核算…"),
  "panel.sums": fixed("Sums", "资源核算"),
  "panel.differences": fixed("Differences", "差异"),
  // count
  "panel.differences-count": {
    en: (f) => count(f.number("count"), "difference"),
    zh: (f) => `${f("count")} 项差异`,
  },
  // from, revision, stage, restores|null
  "panel.plan-head": {
    en: (f) =>
      f.has("restores")
        ? `Back to revision ${f("restores")} (stage ${f("stage")}) from revision ${f("revision")} (stage ${f("from")})`
        : f.number("from") === f.number("stage")
          ? `Stage ${f("stage")} stays, with new workers (revision ${f("revision")})`
          : `From stage ${f("from")} (revision ${f("revision")}) to stage ${f("stage")}`,
    zh: (f) =>
      f.has("restores")
        ? `从修订 ${f("revision")}（阶段 ${f("from")}）回到修订 ${f("restores")}（阶段 ${f("stage")}）`
        : f.number("from") === f.number("stage")
          ? `阶段 ${f("stage")} 不变，更换全部工作进程（修订 ${f("revision")}）`
          : `从阶段 ${f("from")}（修订 ${f("revision")}）到阶段 ${f("stage")}`,
  },
};

/** In a change the old generation still has its own share: the budget is each one's. */
const isOver = (f: FactReader): boolean => (f.number("open") ?? 0) > (f.number("budget") ?? 0);

const list = (f: FactReader, name: string): string => f.list(name).join("、");
