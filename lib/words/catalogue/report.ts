import { fixed, type Catalogue } from "../entry.ts";
import type { FactReader } from "../fact-reader.ts";
import { count, percent } from "../format.ts";

/** The upgrade report of `dashd verify --report`: its sentences. Its labels and columns stand in `report-labels.ts`. */
export const reportWords: Catalogue = {
  "cli.expected-report-file": fixed("a file that ends in .md or .html", "以 .md 或 .html 结尾的文件"),

  // app: a name or report.board, version|null
  "report.title": {
    en: (f) => `${nameEn(f)}: production server upgrade report`,
    zh: (f) => `${nameEn(f)} 生产服务器升级报告`,
  },
  "report.board": fixed("Store board", "门店看板"),
  // app, version|null, dashd, node
  "report.version": {
    en: (f) => `${nameEn(f)} (dashd ${f("dashd")}, Node ${f("node")})`,
    zh: (f) => `${nameEn(f)}（运行于 dashd ${f("dashd")}，Node ${f("node")}）`,
  },
  // from, to: stages
  "report.content-up": {
    en: (f) => `stage ${f("from")} → stage ${f("to")}`,
    zh: (f) => `从阶段 ${f("from")} 升级到阶段 ${f("to")}`,
  },
  "report.content-down": {
    en: (f) => `back from stage ${f("from")} to stage ${f("to")}`,
    zh: (f) => `从阶段 ${f("from")} 退回到阶段 ${f("to")}`,
  },
  "report.content-same-stage": {
    en: (f) => `stage ${f("to")} with another configuration`,
    zh: (f) => `阶段 ${f("to")} 的配置变更`,
  },
  "report.content-would-be": {
    en: (f) => `stage ${f("to")}, from the first start on; compared with stage ${f("from")} of the ladder`,
    zh: (f) => `首次启动即为阶段 ${f("to")}；与阶段表中的阶段 ${f("from")} 对比`,
  },
  "report.content-first": {
    en: (f) => `stage ${f("to")}, the first and lowest: there is nothing before it to compare with`,
    zh: (f) => `阶段 ${f("to")}，最低且最早的阶段：此前没有可对比的配置`,
  },
  "report.outcome-held": fixed("✅ in force and proven", "✅ 已生效并经实测证明"),
  "report.outcome-held-unloaded": fixed(
    "✅ in force as declared; whether it keeps its promise was not measured",
    "✅ 已按声明生效；是否兑现承诺未经测量",
  ),
  "report.outcome-not-held": fixed("❌ not as declared, or a promise not kept", "❌ 与声明不符，或承诺未兑现"),
  "report.outcome-inconclusive": fixed("⚠️ inconclusive: it has to be measured again", "⚠️ 无法判断：需要重新测量"),
  "report.outcome-word-held": fixed("every line that was looked at held", "检查的每一项都成立"),
  "report.outcome-word-not-held": fixed("not every line held", "有项目不成立"),
  "report.outcome-word-inconclusive": fixed("it could not be decided", "无法判断"),
  // at, by, revision
  "report.committed": {
    en: (f) => `${f("at")} by ${f("by")} (revision ${f("revision")})`,
    zh: (f) => `${f("at")}，操作者 ${f("by")}（修订 ${f("revision")}）`,
  },
  "report.not-known": fixed("not known: the journal does not have it", "未知：变更历史中没有记录"),
  // name, platform, cpu, cores, memoryGb
  "report.host": {
    en: (f) =>
      `${f("name")} (${f("platform")}), ${f("cpu")}, ${count(f.number("cores"), "core")}, ${f("memoryGb")} GB memory`,
    zh: (f) => `${f("name")}（${f("platform")}），${f("cpu")}，${f("cores")} 核，内存 ${f("memoryGb")} GB`,
  },

  // Background. at, by, kind, stage, reason|null, revision, min, max
  "report.was-in-force": {
    en: (f) =>
      `Revision ${f("revision")} was in force since ${f("at")} (${f.phrase("kind")}, by ${f("by")}${reasonEn(f)}): stage ${f("stage")}, for ${f("min")}–${f("max")} people at once.`,
    zh: (f) =>
      `修订 ${f("revision")} 自 ${f("at")} 起生效（${f.phrase("kind")}，操作者 ${f("by")}${reasonZh(f)}）：阶段 ${f("stage")}，面向 ${f("min")}–${f("max")} 人并发。`,
  },
  "report.no-revision-before": fixed(
    "The journal has no earlier revision of another stage or configuration.",
    "变更历史中没有其他阶段或配置的更早修订。",
  ),
  "report.was-committed": {
    en: (f) => `On ${f("at")} ${f("by")} committed revision ${f("revision")}: ${f.phrase("kind")}${reasonEn(f)}.`,
    zh: (f) => `${f("at")}，${f("by")} 提交了修订 ${f("revision")}：${f.phrase("kind")}${reasonZh(f)}。`,
  },
  // revision, stage
  "report.revision-unknown": {
    en: (f) =>
      `Status says revision ${f("revision")}, stage ${f("stage")}; the journal does not tell who asked for it.`,
    zh: (f) => `状态显示为修订 ${f("revision")}、阶段 ${f("stage")}；变更历史中没有记录由谁发起。`,
  },
  // at, by, kind, stage, reason|null, because: a code, with its own facts
  "report.asked-reverted": {
    en: (f) =>
      `On ${f("at")} ${f("by")} asked for: ${f.phrase("kind")}${reasonEn(f)}. It was taken back and never came into force: ${f.phrase("because")}.`.replace(
        /\.+$/,
        ".",
      ),
    zh: (f) =>
      `${f("at")}，${f("by")} 曾要求${f.phrase("kind")}${reasonZh(f)}，但该变更被还原，从未生效：${f.phrase("because")}。`.replace(
        /[。.]+$/,
        "。",
      ),
  },
  "report.asked-interrupted": {
    en: (f) =>
      `On ${f("at")} ${f("by")} asked for: ${f.phrase("kind")}${reasonEn(f)}. It was interrupted and never came into force.`,
    zh: (f) => `${f("at")}，${f("by")} 曾要求${f.phrase("kind")}${reasonZh(f)}，但该变更中途中断，从未生效。`,
  },
  // stage, min, max
  "report.belief": {
    en: (f) =>
      `Since then it is believed that the server runs stage ${f("stage")} and that ${f("min")}–${f("max")} people can use it at once.`,
    zh: (f) => `此后，大家都认为服务器运行在阶段 ${f("stage")}，可供 ${f("min")}–${f("max")} 人同时使用。`,
  },
  // declared, read, same: numbers of limits
  "report.found-effective": {
    en: (f) =>
      `${f("declared")} limits are declared. ${f("read")} could be read back from the running server; ${f("same")} of these are in force as declared.`,
    zh: (f) =>
      `共声明 ${f("declared")} 项限制，其中 ${f("read")} 项可从运行中的服务器读回，${f("same")} 项与声明一致。`,
  },
  // name, declared, effective, like|null
  "report.found-differs": {
    en: (f) =>
      `\`${f("name")}\`: declared ${f("declared")}, in force ${f("effective")}${f.has("like") ? `, which is what stage ${f("like")} has` : ""}.`,
    zh: (f) =>
      `\`${f("name")}\`：声明 ${f("declared")}，实际 ${f("effective")}${f.has("like") ? `，这是阶段 ${f("like")} 的数值` : ""}。`,
  },
  // count, names[]
  "report.found-proven": {
    en: (f) => `${count(f.number("count"), "limit was", "limits were")} shown from outside: ${f("names")}.`,
    zh: (f) => `从外部实测证明了 ${f("count")} 项限制：${f.list("names").join("、")}。`,
  },
  "report.found-none-proven": fixed("No limit was shown from outside.", "没有任何限制经过外部实测。"),
  // users
  "report.load-kept": {
    en: (f) => `With ${f("users")} users the promise was kept.`,
    zh: (f) => `${f("users")} 个用户：承诺已兑现。`,
  },
  "report.load-missed": {
    en: (f) => `With ${f("users")} users the promise was not kept.`,
    zh: (f) => `${f("users")} 个用户：承诺未兑现。`,
  },
  "report.load-limited": {
    en: (f) => `With ${f("users")} users the load generator itself was the limit: nothing is known of the server.`,
    zh: (f) => `${f("users")} 个用户：压力发生器自身已到极限，无法据此判断服务器。`,
  },
  "report.load-not-measured": {
    en: (f) => `Not measured with ${f("users")} users.`,
    zh: (f) => `${f("users")} 个用户：未测量。`,
  },
  "report.found-app-drift": fixed(
    "The app's code on disk is not the code that runs: `dashd reload` brings it into force.",
    "磁盘上的应用代码并非正在运行的代码：执行 `dashd reload` 使其生效。",
  ),
  "report.indicators-not-measured": fixed("No indicator was measured.", "没有测得任何监控指标。"),
  // count, notWell
  "report.indicators-seen": {
    en: (f) =>
      f.is("notWell", 0)
        ? `All ${f("count")} indicators that could be judged stayed below their thresholds.`
        : `${f("notWell")} of ${f("count")} indicators went beyond a threshold: see below for the advice.`,
    zh: (f) =>
      f.is("notWell", 0)
        ? `可判断的 ${f("count")} 项监控指标均未越过警戒线。`
        : `${f("count")} 项监控指标中有 ${f("notWell")} 项越过警戒线，建议见下文。`,
  },
  "report.no-problem": fixed(
    "Nothing: whatever could be looked at is as it was believed to be.",
    "没有：凡能检查到的，都与大家所认为的一致。",
  ),
  "report.nothing-not-held": fixed(
    "No line failed, and yet not everything could be decided: see the verification below.",
    "没有不成立的项目，但并非都能判断：详见下文的验证结果。",
  ),
  // stage, count
  "report.problem-means": {
    en: (f) =>
      `Stage ${f("stage")} is declared, but ${count(f.number("count"), "line")} did not hold: until ${f.is("count", 1) ? "it does" : "they do"}, what is believed of the stage cannot be relied upon.`,
    zh: (f) => `虽已声明阶段 ${f("stage")}，但有 ${f("count")} 项不成立：在其成立之前，不能依赖这一阶段的能力。`,
  },

  // Configuration. revision, stage
  "report.config-source": {
    en: (f) => `Source: the profile of stage ${f("stage")} as revision ${f("revision")} of the journal has it.`,
    zh: (f) => `来源：变更历史的修订 ${f("revision")} 所记录的阶段 ${f("stage")} 配置。`,
  },
  "report.config-source-ladder": {
    en: (f) => `Source: stage ${f("stage")} of the ladder; the journal does not have revision ${f("revision")}.`,
    zh: (f) => `来源：阶段表中的阶段 ${f("stage")}；变更历史中没有修订 ${f("revision")}。`,
  },
  "report.before": {
    en: (f) => `Before (stage ${f("stage")}, revision ${f("revision")}):`,
    zh: (f) => `升级前（阶段 ${f("stage")}，修订 ${f("revision")}）：`,
  },
  "report.before-would-be": {
    en: (f) => `Stage ${f("stage")} as it would be (it was never in force in this home):`,
    zh: (f) => `阶段 ${f("stage")} 若启用时的情形（此数据目录从未启用过）：`,
  },
  "report.config-after": {
    en: (f) => `After (stage ${f("stage")}, revision ${f("revision")}):`,
    zh: (f) => `升级后（阶段 ${f("stage")}，修订 ${f("revision")}）：`,
  },
  "report.all-changes": fixed("Every field that differs:", "全部有差异的字段："),
  // workers, min, max
  "report.line-workers": {
    en: (f) =>
      padded(
        `"workers": ${f("workers")},`,
        `${count(f.number("workers"), "worker process", "worker processes")} (for ${f("min")}-${f("max")} people)`,
      ),
    zh: (f) => padded(`"workers": ${f("workers")},`, `${f("workers")} 个工作进程（支持 ${f("min")}-${f("max")} 人）`),
  },
  // connections
  "report.line-connections": {
    en: (f) => padded(`"connections": ${f("connections")},`, `at most ${count(f.number("connections"), "connection")}`),
    zh: (f) => padded(`"connections": ${f("connections")},`, `最多 ${f("connections")} 个连接`),
  },
  // seconds
  "report.line-timeout": {
    en: (f) => padded(`"idleTimeoutSec": ${f("seconds")},`, `closed after ${timeEn(f)} without a byte`),
    zh: (f) => padded(`"idleTimeoutSec": ${f("seconds")},`, `空闲 ${timeZh(f)}后关闭`),
  },

  // Capacity. stage
  "report.capacity-would-be": {
    en: (f) => `"Before" is stage ${f("stage")} of the ladder as it would be; it was never in force in this home.`,
    zh: (f) => `“升级前”为阶段表中阶段 ${f("stage")} 的数值，此数据目录从未启用过该阶段。`,
  },
  "report.dash-means": fixed(
    "“–”: not measured, or not readable from outside. Effective was read back from live objects, proven was measured from outside.",
    "“–”表示未测量或无法从外部读取。实际值从运行中的对象读回，实测值由外部测得。",
  ),
  "report.no-loads": fixed("No load was made for this report.", "本报告未进行压力测试。"),

  // Resources. cpu, memory, diskIo: shares
  "report.host-load": {
    en: (f) =>
      `This host when the measuring was over: CPU ${percent(f.number("cpu"))}, memory ${percent(f.number("memory"))}, disk I/O ${percent(f.number("diskIo"))}.`,
    zh: (f) =>
      `测量结束时本机：CPU ${percent(f.number("cpu"))}，内存 ${percent(f.number("memory"))}，磁盘 I/O ${percent(f.number("diskIo"))}。`,
  },
  // found, least
  "report.short-cores": {
    en: (f) => `${count(f.number("found"), "core")} here; the stage asks for at least ${f("least")}.`,
    zh: (f) => `本机 ${f("found")} 核，少于该阶段要求的最低 ${f("least")} 核。`,
  },
  "report.short-memory": {
    en: (f) => `${f("found")} GB memory here; the stage asks for at least ${f("least")} GB.`,
    zh: (f) => `本机内存 ${f("found")} GB，少于该阶段要求的最低 ${f("least")} GB。`,
  },
  "report.redis-off": fixed("Redis is not used: nothing of it was measured.", "未使用 Redis：没有相关测量。"),
  // state, hitRate, memory, latency
  "report.redis-state": {
    en: (f) =>
      `Redis ${f.phrase("state", "service")}, answers in ${f("latency")}, hit rate ${f("hitRate")}, memory ${f("memory")} of its limit.`,
    zh: (f) =>
      `Redis ${f.phrase("state", "service")}，应答 ${f("latency")}，命中率 ${f("hitRate")}，内存用到上限的 ${f("memory")}。`,
  },
  "report.postgres-off": fixed(
    "PostgreSQL is not used: nothing of it was measured.",
    "未使用 PostgreSQL：没有相关测量。",
  ),
  // state, open, budget, latency
  "report.postgres-state": {
    en: (f) =>
      `PostgreSQL ${f.phrase("state", "service")}, answers in ${f("latency")}, ${f("open")} of ${f("budget")} connections open.`,
    zh: (f) =>
      `PostgreSQL ${f.phrase("state", "service")}，应答 ${f("latency")}，${f("budget")} 个连接中已打开 ${f("open")} 个。`,
  },

  // Verification
  "report.step-restart-means": fixed(
    "Changes the running instance without losing a request; where nothing runs: `dashd start --stage N`.",
    "在线变更，不丢请求；未运行时请用 `dashd start --stage N`。",
  ),
  "report.expected-log": fixed(
    "`dashd start` prints these lines only once declared = effective:",
    "只有当声明值 = 实际值时，`dashd start` 才会输出以下内容：",
  ),
  "report.step-not-measured": fixed("Not measured.", "未测量。"),
  "report.step-promise-all": fixed("promise", "承诺"),
  "report.step-indicators-all": fixed("indicators", "监控指标"),
  // users
  "report.users-proven": { en: (f) => count(f.number("users"), "user"), zh: (f) => `${f("users")} 人` },

  // Related
  "report.doc-runbook": fixed("The procedure of an upgrade: `dashd help upgrade`", "升级步骤：`dashd help upgrade`"),
  "report.doc-profiles": fixed("The stages in full: `dashd profiles`", "各阶段的完整配置：`dashd profiles`"),
  // revision
  "report.doc-history": {
    en: (f) => `This revision with its evidence: \`dashd history ${f("revision")}\``,
    zh: (f) => `本修订及其测量依据：\`dashd history ${f("revision")}\``,
  },
  // from, to
  "report.doc-diff": {
    en: (f) => `What changed since the revision before: \`dashd diff ${f("from")} ${f("to")}\``,
    zh: (f) => `与之前修订的差异：\`dashd diff ${f("from")} ${f("to")}\``,
  },
  "report.doc-proof": fixed(
    "Whether the proof still holds: `dashd verify --check FILE`",
    "证明是否仍然有效：`dashd verify --check 文件`",
  ),

  // Stages. stage, current
  "report.stage-heading": {
    en: (f) => `Stage ${f("stage")}${f.is("current", true) ? " (in force)" : ""}`,
    zh: (f) => `阶段 ${f("stage")}${f.is("current", true) ? "（当前）" : ""}`,
  },
  // instances, workers, connections, seconds
  "report.stage-config": {
    en: (f) =>
      `${f.is("instances", 1) ? "" : `${f("instances")} instances behind Nginx, each with `}${count(f.number("workers"), "worker")}, ${count(f.number("connections"), "connection")}, ${timeEn(f)} time-out`,
    zh: (f) =>
      `${f.is("instances", 1) ? "" : `Nginx 后 ${f("instances")} 个实例，每个 `}${f("workers")} 进程，${f("connections")} 连接，${timeZh(f)}超时`,
  },
  // revision
  "report.stage-now-held": {
    en: (f) => `✅ in force and proven (revision ${f("revision")})`,
    zh: (f) => `✅ 已生效并经实测证明（修订 ${f("revision")}）`,
  },
  // revision
  "report.stage-now-held-unloaded": {
    en: (f) => `✅ in force as declared, its promise not measured (revision ${f("revision")})`,
    zh: (f) => `✅ 已按声明生效，承诺未经测量（修订 ${f("revision")}）`,
  },
  "report.stage-now-not-held": {
    en: (f) => `❌ declared, but not every line held (revision ${f("revision")})`,
    zh: (f) => `❌ 已声明，但有项目不成立（修订 ${f("revision")}）`,
  },
  "report.stage-now-inconclusive": {
    en: (f) => `⚠️ declared; the measurement was inconclusive (revision ${f("revision")})`,
    zh: (f) => `⚠️ 已声明，但测量无法得出结论（修订 ${f("revision")}）`,
  },
  // revision, at
  "report.stage-was": {
    en: (f) => `was in force (revision ${f("revision")}, ${f("at")})`,
    zh: (f) => `曾经生效（修订 ${f("revision")}，${f("at")}）`,
  },
  "report.stage-never": fixed("📋 never in force in this home", "📋 此数据目录从未启用"),
  // As the files of the ladder say it, to the letter.
  "report.why-1": fixed(
    "One shop's team of 30 to 50 people on a small host: the figures that the seed's server ran with from V8.4 on.",
    "一家门店 30 到 50 人的团队，小型主机：即原系统自 V8.4 起运行时的数值。",
  ),
  "report.why-2": fixed(
    "100 to 200 people at once, as the upgrade V8.10.1 promised: twice the workers and connections of stage 1, and three minutes before a time-out.",
    "100 到 200 人同时使用，即 V8.10.1 升级所承诺的：进程与连接为阶段 1 的两倍，超时为三分钟。",
  ),
  "report.why-3": fixed(
    "200 to 500 people over two instances behind Nginx, so that one instance can be lost or changed while the other serves; the figures are those of each instance.",
    "200 到 500 人，由 Nginx 后的两个实例承担：一个实例失效或变更时，另一个继续服务；数值均为单个实例的。",
  ),
  // field, before, after
  "report.stage-adds": {
    en: (f) => `\`${f("field")}\`: ${f("before")} → ${f("after")}`,
    zh: (f) => `\`${f("field")}\`：从 ${f("before")} 改为 ${f("after")}`,
  },

  // Attention
  "report.watching-means": fixed(
    "Worth a look after a change (the worst that was seen, and from when on it matters):",
    "升级后需要关注（最差实测值与警戒线）：",
  ),
  // name, value, warn, critical
  "report.watched": {
    en: (f) => `${f.phrase("name")}: ${f("value")}; warning from ${f("warn")} on, critical from ${f("critical")} on.`,
    zh: (f) => `${f.phrase("name")}：${f("value")}；达到 ${f("warn")} 为警告，达到 ${f("critical")} 为严重。`,
  },
  "report.tuning-failed": fixed(
    "A load failed. Look at these in this order; the figures are those of the measurement:",
    "压力测试未通过。请按以下顺序检查，数值均为本次实测：",
  ),
  "report.tuning-if": fixed(
    "Should a load with more users fail, look at these in this order; the figures are those of the measurement:",
    "如果更多用户的压力测试失败，请按以下顺序检查，数值均为本次实测：",
  ),
  // stage, revision
  "report.back-to-revision": {
    en: (f) => `Goes back to revision ${f("revision")}, stage ${f("stage")}, without losing a request.`,
    zh: (f) => `回退到修订 ${f("revision")}（阶段 ${f("stage")}），不丢请求。`,
  },
  "report.back-to-stage": {
    en: (f) => `Goes to stage ${f("stage")}, the next lower one: no earlier revision is left.`,
    zh: (f) => `回退到下一级的阶段 ${f("stage")}：已没有更早的修订。`,
  },
  "report.no-way-back": fixed(
    "There is nothing to roll back to: this is the first revision, at the lowest stage.",
    "没有可回退的版本：这是最低阶段的第一个修订。",
  ),

  // Indicators
  "report.indicators-worst": fixed("The worst that was seen while the loads ran:", "压力测试期间的最差数值："),
  "report.indicators-now": fixed(
    "No load was watched: these are the figures of status when the report was made.",
    "没有在压力测试期间观察：以下为生成报告时的状态数值。",
  ),

  // Conclusion. from, to: workers
  "report.result-config": {
    en: (f) => `Configuration: ${f("from")} → ${count(f.number("to"), "worker process", "worker processes")}`,
    zh: (f) => `配置：工作进程 ${f("from")} → ${f("to")} 个`,
  },
  "report.result-config-first": {
    en: (f) => `Configuration: ${count(f.number("workers"), "worker process", "worker processes")}`,
    zh: (f) => `配置：${f("workers")} 个工作进程`,
  },
  // users, min, max
  "report.result-users": {
    en: (f) => `Capacity: declared for ${f("min")}–${f("max")} people, the promise was kept with ${f("users")} users`,
    zh: (f) => `并发能力：声明 ${f("min")}–${f("max")} 人，实测 ${f("users")} 个用户时承诺已兑现`,
  },
  "report.result-users-none": {
    en: (f) => `Capacity: declared for ${f("min")}–${f("max")} people; no load has shown it`,
    zh: (f) => `并发能力：声明 ${f("min")}–${f("max")} 人，尚未经压力测试证明`,
  },
  // outcome: report.outcome-word-*
  "report.result-proof": { en: (f) => `Proof: ${f.phrase("outcome")}`, zh: (f) => `证明：${f.phrase("outcome")}` },
  "report.next-held": fixed(
    "At once: nothing. The stage is in force and proven.",
    "立即：无需处理，该阶段已生效并经实测证明。",
  ),
  "report.next-held-unloaded": fixed(
    "At once: nothing. The stage is in force as declared.",
    "立即：无需处理，该阶段已按声明生效。",
  ),
  // count
  "report.next-not-held": {
    en: (f) =>
      `At once: look at the ${count(f.number("count"), "line")} that did not hold, mend the cause, then \`dashd reload\` and \`dashd verify\` again.`,
    zh: (f) => `立即：检查不成立的 ${f("count")} 项并消除原因，然后执行 \`dashd reload\`，再次 \`dashd verify\`。`,
  },
  "report.next-inconclusive": fixed(
    "At once: `dashd verify` again on a quiet machine, or make the load from another one: `dashd load --url`.",
    "立即：在空闲的机器上再次执行 `dashd verify`，或用 `dashd load --url` 从另一台机器施压。",
  ),
  // stage
  "report.next-back": {
    en: (f) => `Until then: \`dashd rollback\` leads back to stage ${f("stage")}.`,
    zh: (f) => `在此之前：可用 \`dashd rollback\` 退回阶段 ${f("stage")}。`,
  },
  // users
  "report.next-load": {
    en: (f) => `This week: a load test, \`dashd load --users ${f("users")}\`.`,
    zh: (f) => `本周：执行压力测试 \`dashd load --users ${f("users")}\`。`,
  },
  "report.next-watch": fixed(
    "From now on: `dashd status --watch`, and the indicators above.",
    "持续：用 `dashd status --watch` 观察以上监控指标。",
  ),
  "report.next-check": fixed(
    "After every change of app, profile or host: `dashd verify` again. A proof holds only for what was measured.",
    "应用、配置或主机变化后：再次执行 `dashd verify`，证明只对所测量的对象有效。",
  ),
  // stage
  "report.next-plan": {
    en: (f) => `For more users: \`dashd plan --stage ${f("stage")}\` shows what stage ${f("stage")} needs here.`,
    zh: (f) => `用户更多时：\`dashd plan --stage ${f("stage")}\` 显示阶段 ${f("stage")} 在本机需要什么。`,
  },
  "report.next-hosts": fixed(
    "For more users: this is the highest stage of the ladder; more hosts come next.",
    "用户更多时：这已是最高阶段，下一步是增加主机。",
  ),
  // stage: a number, none or unknown
  "report.next-stage": {
    en: (f) =>
      f.is("stage", "unknown")
        ? "not known: the ladder on disk cannot be read"
        : f.is("stage", "none")
          ? "none: this is the highest stage"
          : `stage ${f("stage")}`,
    zh: (f) =>
      f.is("stage", "unknown")
        ? "未知：磁盘上的阶段文件无法读取"
        : f.is("stage", "none")
          ? "无：这已是最高阶段"
          : `阶段 ${f("stage")}`,
  },
};

const nameEn = (f: FactReader): string => `${f.phrase("app")}${f.has("version") ? ` ${f("version")}` : ""}`;
const reasonEn = (f: FactReader): string => (f.has("reason") ? `; reason: “${f("reason")}”` : "");
const reasonZh = (f: FactReader): string => (f.has("reason") ? `，原因：“${f("reason")}”` : "");

const wholeMinutes = (f: FactReader): number | null => {
  const seconds = f.number("seconds");
  return seconds !== null && seconds >= 60 && seconds % 60 === 0 ? seconds / 60 : null;
};
const timeEn = (f: FactReader): string => (wholeMinutes(f) === null ? `${f("seconds")} s` : `${wholeMinutes(f)} min`);
const timeZh = (f: FactReader): string => (wholeMinutes(f) === null ? `${f("seconds")} 秒` : `${wholeMinutes(f)} 分钟`);

/** The remarks of the lines of a configuration stand below each other. */
const padded = (line: string, remark: string): string => `${line.padEnd(25)}// ${remark}`;
