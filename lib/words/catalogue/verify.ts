import { fixed, type Catalogue } from "../entry.ts";
import type { FactReader } from "../fact-reader.ts";
import { count, milliseconds, millisecondsBeside, percent, percentBeside } from "../format.ts";
import { indicatorFigure } from "../indicator-figure.ts";

/** `dashd verify`: its flags, its steps, what it found, and what status says of the last proof. */
export const verifyWords: Catalogue = {
  "cli.summary-verify": fixed(
    "prove from outside that the stage is in force and keeps its promise",
    "从外部证明阶段已真正生效并兑现承诺",
  ),
  "cli.flag-verify-seconds": fixed("how long each load takes [default: 30]", "每次加压的秒数 [默认：30]"),
  "cli.flag-verify-no-load": fixed(
    "leave the loads out: the promise stays unproven, and the proof says so. Indicators are told with advice and fail nothing by themselves",
    "不做加压：承诺未经证明，证明中会写明。指标只给出建议，本身不会导致失败",
  ),
  "cli.flag-yes": fixed("do not ask, whoever is using the service", "不再询问，即使有用户正在使用"),
  "cli.flag-verify-check": fixed(
    "does this proof still hold here? Measures nothing",
    "核对此证明在这里是否仍然成立，不做测量",
  ),
  "cli.flag-verify-report": fixed(
    "write the upgrade report, by its extension: .md or .html",
    "写出升级报告，格式由扩展名决定：.md 或 .html",
  ),
  "cli.expected-verify-seconds": fixed("at most 3600 seconds", "至多 3600 秒"),
  "cli.expected-proof": fixed("a proof of `dashd verify`", "`dashd verify` 写出的证明"),

  // online, connections, users[], seconds
  "ask.verify": {
    en: (f) =>
      `The service is in use (${count(f.number("online"), "user")} online, ${count(f.number("connections"), "connection")}). Verifying takes all its free connections for about two seconds, so that newcomers wait, and fills the PostgreSQL pools for a moment${
        f.list("users").length === 0
          ? "."
          : `; then it puts the load of ${f.list("users").join(", ")} users on it, ${f("seconds")} s each.`
      }`,
    zh: (f) =>
      `服务正在使用中（在线用户 ${f("online")}，连接 ${f("connections")}）。验证会占满所有空闲连接约两秒，其间新来的用户需要等待，并会短暂占满 PostgreSQL 连接池${
        f.list("users").length === 0
          ? "。"
          : `；随后依次施加 ${f.list("users").join("、")} 个用户的负载，每次 ${f("seconds")} 秒。`
      }`,
  },
  "ask.go-on": fixed("Go on? [y/N]", "继续吗？[y/N]"),

  // stage, revision, url
  "verify.begins": {
    en: (f) => `Verifying stage ${f("stage")} (revision ${f("revision")}) on ${f("url")}`,
    zh: (f) => `正在验证阶段 ${f("stage")}（修订 ${f("revision")}），地址 ${f("url")}`,
  },
  "verify.reading": fixed(
    "Declared against effective: the instance, the ladder on disk, the app's code",
    "对照声明值与实际值：实例、磁盘上的阶段文件、应用代码",
  ),
  "verify.asking-workers": fixed("Asking who answers, until every worker has", "询问由谁应答，直到每个工作进程都答过"),
  // limit
  "verify.crowding": {
    en: (f) => `Taking all ${f("limit")} connections, and some clients more`,
    zh: (f) => `占满全部 ${f("limit")} 个连接，再多来几个客户端`,
  },
  "verify.filling-pools": fixed(
    "Filling the PostgreSQL pools for a moment, and asking the server how many there are",
    "短暂占满 PostgreSQL 连接池，并向服务器查询连接数",
  ),
  "verify.probing": fixed(
    "Measuring the time-outs on a probe: a second instance with short ones",
    "在探测实例上测量各项超时：另起一个超时很短的实例",
  ),
  // users, seconds
  "verify.loading": {
    en: (f) => `Load: ${count(f.number("users"), "user")} for ${f("seconds")} s`,
    zh: (f) => `加压：${f("users")} 个用户，${f("seconds")} 秒`,
  },
  "verify.interrupted": fixed(
    "Interrupted: everything was put back, and no proof was kept.",
    "已中断：一切已还原，未保留任何证明。",
  ),
  "verify.not-kept": fixed("The proof could not be kept:", "证明未能保存："),

  "verify-part.declared-effective": fixed("Declared = effective", "声明值 = 实际值"),
  "verify-part.limits": fixed("Limits, proven from outside", "从外部证明的限制"),
  "verify-part.promise": fixed("The stage's promise", "阶段的承诺"),
  "verify-part.indicators": fixed("Indicators meanwhile (they fail nothing)", "其间的指标（不影响结论）"),
  "word.line": fixed("LINE", "项目"),
  "word.expected": fixed("EXPECTED", "应为"),

  // lowerStage, lower
  "verify.lower": {
    en: (f) => `stage ${f("lowerStage")} has ${f("lower")}`,
    zh: (f) => `阶段 ${f("lowerStage")} 为 ${f("lower")}`,
  },
  // expected, found, lowerStage|null, lower|null
  "verify.effective": {
    en: (f) => `expected ${f("expected")}, found ${f("found")}${lowerEn(f)}`,
    zh: (f) => `应为 ${f("expected")}，实为 ${f("found")}${lowerZh(f)}`,
  },
  "verify.not-read": {
    en: (f) => `expected ${f("expected")}; there is nothing to read it back from${lowerEn(f)}`,
    zh: (f) => `应为 ${f("expected")}；没有可供读取实际值的对象${lowerZh(f)}`,
  },
  // slots[]
  "verify.workers-missing": {
    en: (f) =>
      `expected ${f("expected")}, found ${f("found")}${lowerEn(f)}. Missing: slot ${f.list("slots").join(", ")}; \`dashd why ${f.list("slots")[0] ?? ""}\` tells more`,
    zh: (f) =>
      `应为 ${f("expected")}，实为 ${f("found")}${lowerZh(f)}。缺少槽位 ${f.list("slots").join("、")}；详情见 \`dashd why ${f.list("slots")[0] ?? ""}\``,
  },
  // file, stage
  "verify.ladder-same": {
    en: (f) => `${f("file")} says what the instance runs`,
    zh: (f) => `${f("file")} 与实例当前运行的一致`,
  },
  // file, name, expected (on disk), found (running), stage
  "verify.ladder-differs": {
    en: (f) =>
      `${f("file")} now says ${f("name")} ${f("expected")}, the instance runs ${f("found")}${lowerEn(f)}: \`dashd stage ${f("stage")}\` brings it into force`,
    zh: (f) =>
      `${f("file")} 现在写的是 ${f("name")} ${f("expected")}，而实例运行的是 ${f("found")}${lowerZh(f)}：执行 \`dashd stage ${f("stage")}\` 使其生效`,
  },
  // file, stage
  "verify.ladder-gone": {
    en: (f) => `${f("file")} is gone: the ladder on disk has no stage ${f("stage")} any more`,
    zh: (f) => `${f("file")} 已不存在：磁盘上的阶段文件中不再有阶段 ${f("stage")}`,
  },
  // directory, count, isOwn: not the built-in one
  "verify.ladder-faulty": {
    en: (f) =>
      `The ladder in ${f("directory")} is faulty by now (${count(f.number("count"), "fault")}): \`dashd profiles${ownLadder(f)}\` tells more`,
    zh: (f) => `${f("directory")} 中的阶段文件现在有误（${f("count")} 处）：详情见 \`dashd profiles${ownLadder(f)}\``,
  },
  // path, generation, isSealed
  "verify.app-same": {
    en: (f) => `The code of ${f("path")} is what generation ${f("generation")} was born with`,
    zh: (f) => `${f("path")} 的代码与第 ${f("generation")} 代启动时一致`,
  },
  "verify.app-differs": {
    en: (f) =>
      `The code of ${f("path")} on disk is another than generation ${f("generation")} runs: \`dashd reload\` brings it into force`,
    zh: (f) => `磁盘上 ${f("path")} 的代码与第 ${f("generation")} 代运行的不同：执行 \`dashd reload\` 使其生效`,
  },
  // slots[]
  "verify.changed-code": {
    en: (f) =>
      `Slot ${f.list("slots").join(", ")} may run other code than the rest of generation ${f("generation")}: \`dashd reload\` makes them alike`,
    zh: (f) =>
      `槽位 ${f.list("slots").join("、")} 运行的代码可能与第 ${f("generation")} 代的其余进程不同：执行 \`dashd reload\` 使其一致`,
  },
  "verify.upstream-unproven": {
    en: (f) => `What runs inside ${f("path")} is not dashd's to prove`,
    zh: (f) => `${f("path")} 内部的运行情况不由 dashd 证明`,
  },

  // expected, found, master
  "verify.workers": {
    en: (f) =>
      `${count(f.number("found"), "process answered", "processes answered")}, each a live child of the master (pid ${f("master")})`,
    zh: (f) => `有 ${f("found")} 个进程应答，且都是主进程（进程号 ${f("master")}）的存活子进程`,
  },
  // slots[]
  "verify.workers-silent": {
    en: (f) =>
      `expected ${count(f.number("expected"), "process")} to answer, found ${f("found")}; nobody answered in slot ${f.list("slots").join(", ")}`,
    zh: (f) => `应有 ${f("expected")} 个进程应答，实为 ${f("found")} 个；槽位 ${f.list("slots").join("、")} 无应答`,
  },
  "verify.workers-strange": {
    en: (f) =>
      `Answers came from processes that are no live workers of the master (pid ${f("master")}): slot ${f.list("slots").join(", ")}`,
    zh: (f) => `有应答来自并非主进程（进程号 ${f("master")}）存活工作进程的进程：槽位 ${f.list("slots").join("、")}`,
  },
  // asked, why
  "verify.workers-unsure": {
    en: (f) => `expected ${f("expected")}: ${f.phrase("why")} (${count(f.number("asked"), "request")})`,
    zh: (f) => `应为 ${f("expected")}：${f.phrase("why")}（${f("asked")} 个请求）`,
  },
  "unsure.nobody-said-who": fixed(
    "answers came, but none said which process gave it: the app sets Server-Timing itself",
    "有应答，但都没有说明由哪个进程给出：应用自己设置了 Server-Timing",
  ),
  "unsure.nobody-answered": fixed("nobody answered over HTTP/1.1", "没有通过 HTTP/1.1 的应答"),

  // expected, found, answered, waiting, held, others, heldServed
  "verify.connections": {
    en: (f) =>
      `${f("answered")} clients were answered${othersEn(f)}, ${f("waiting")} more were held and served as soon as places were free`,
    zh: (f) =>
      `${f("answered")} 个客户端得到应答${othersZh(f)}，多来的 ${f("waiting")} 个被挂起，空出位置后随即得到服务`,
  },
  "verify.connections-off": {
    en: (f) =>
      `expected ${f("expected")}, found ${f("found")} open: ${f("answered")} clients were answered${othersEn(f)}, ${f("waiting")} waited, ${f("heldServed")} of those were served later`,
    zh: (f) =>
      `应为 ${f("expected")}，实际打开 ${f("found")} 个：${f("answered")} 个客户端得到应答${othersZh(f)}，${f("waiting")} 个等待，其中 ${f("heldServed")} 个随后得到服务`,
  },
  // why
  "verify.connections-unsure": {
    en: (f) => `It could not be told exactly: ${f.phrase("why")}`,
    zh: (f) => `无法准确判定：${f.phrase("why")}`,
  },
  "unsure.users-came-and-went": fixed(
    "other clients came or went meanwhile; verify again in a calmer moment",
    "其间有其他客户端进出；请在较空闲时再验证",
  ),
  "unsure.full-already": fixed("all connections are taken already", "所有连接已被占用"),
  "unsure.no-backlog": fixed(
    "the stage holds nobody beyond its limit (backlog 0)",
    "该阶段不挂起超限的客户端（backlog 为 0）",
  ),
  "unsure.too-many": fixed("more connections than one command can open", "连接数超出单个命令能打开的数量"),

  // expected, found, workers
  "verify.pool": {
    en: (f) =>
      `expected ${f("expected")}; with the pools of ${count(f.number("workers"), "worker")} full, pg_stat_activity counts ${f("found")}, and one more had to wait in each`,
    zh: (f) =>
      `应为 ${f("expected")}；${f("workers")} 个工作进程的连接池全满时，pg_stat_activity 中为 ${f("found")} 个，再多要一个都须等待`,
  },
  // slots[]
  "verify.pool-loose": {
    en: (f) =>
      `expected ${f("expected")}, found ${f("found")}${f.list("slots").length === 0 ? "" : `: slot ${f.list("slots").join(", ")} got more connections than its share`}`,
    zh: (f) =>
      `应为 ${f("expected")}，实为 ${f("found")}${f.list("slots").length === 0 ? "" : `：槽位 ${f.list("slots").join("、")} 取得的连接超过其份额`}`,
  },
  // why; slot, fault|null, unknown
  "verify.pool-unsure": {
    en: (f) => `expected ${f("expected")}: ${f.phrase("why")}`,
    zh: (f) => `应为 ${f("expected")}：${f.phrase("why")}`,
  },
  "unsure.no-pool": fixed(
    "no worker has a PostgreSQL pool of dashd's",
    "没有工作进程使用 dashd 提供的 PostgreSQL 连接池",
  ),
  "unsure.pool-not-filled": {
    en: (f) => `the pool of slot ${f("slot")} could not be filled (${f("fault")})`,
    zh: (f) => `槽位 ${f("slot")} 的连接池未能占满（${f("fault")}）`,
  },
  "unsure.not-counted": {
    en: (f) => `PostgreSQL could not be asked (${f("fault")})`,
    zh: (f) => `无法查询 PostgreSQL（${f("fault")}）`,
  },
  "unsure.unknown-backends": {
    en: (f) => `PostgreSQL does not know ${f("unknown")} of the connections: is there a pooler in between?`,
    zh: (f) => `PostgreSQL 不认识其中 ${f("unknown")} 个连接：中间是否有连接池代理？`,
  },
  // expected, found
  "verify.server-max": {
    en: (f) => `expected at least ${f("expected")}, PostgreSQL allows ${f("found")} in all`,
    zh: (f) => `至少应为 ${f("expected")}，PostgreSQL 总共允许 ${f("found")} 个`,
  },
  "verify.redis": {
    en: (f) => `expected ${f("expected")}, Redis itself says ${f("found")}`,
    zh: (f) => `应为 ${f("expected")}，Redis 自身报告 ${f("found")}`,
  },
  // why
  "verify.redis-unsure": {
    en: (f) => `expected ${f("expected")}: ${f.phrase("why")}`,
    zh: (f) => `应为 ${f("expected")}：${f.phrase("why")}`,
  },
  "unsure.no-redis": fixed("no address of a Redis is known here (REDIS_URL)", "此处不知道 Redis 的地址（REDIS_URL）"),
  "unsure.redis-down": fixed("Redis does not answer", "Redis 没有应答"),
  "unsure.redis-mute": fixed("Redis does not tell this user", "Redis 不向此用户提供该设置"),

  // fault
  "verify.probe-failed": {
    en: (f) => `The probe, a second instance beside this one, did not start${f.has("fault") ? `: ${f("fault")}` : ""}`,
    zh: (f) => `探测实例（在旁边另起的实例）未能启动${f.has("fault") ? `：${f("fault")}` : ""}`,
  },

  // users, limited, okExpected, okFound, p95Expected, p95Found, waitExpected|null, waitFound|null
  "verify.promise": {
    en: (f) =>
      `${count(f.number("users"), "user")}: success ${percentBeside(f.number("okFound"), f.number("okExpected"))} (at least ${percent(f.number("okExpected"))}), response p95 ${millisecondsBeside(f.number("p95Found"), f.number("p95Expected"))} (at most ${milliseconds(f.number("p95Expected"))})${
        f.has("waitExpected")
          ? `, wait p95 ${millisecondsBeside(f.number("waitFound"), f.number("waitExpected"))} (at most ${milliseconds(f.number("waitExpected"))})`
          : ""
      }${f.is("limited", true) ? "; the load generator itself was at its limit" : ""}`,
    zh: (f) =>
      `${f("users")} 个用户：成功率 ${percentBeside(f.number("okFound"), f.number("okExpected"))}（不低于 ${percent(f.number("okExpected"))}），响应 p95 ${millisecondsBeside(f.number("p95Found"), f.number("p95Expected"))}（不超过 ${milliseconds(f.number("p95Expected"))}）${
        f.has("waitExpected")
          ? `，等待 p95 ${millisecondsBeside(f.number("waitFound"), f.number("waitExpected"))}（不超过 ${milliseconds(f.number("waitExpected"))}）`
          : ""
      }${f.is("limited", true) ? "；压力发生器自身已到极限" : ""}`,
  },
  // users, line
  "verify.promise-line": {
    en: (f) => `${count(f.number("users"), "user")}: ${f.phrase("line")}`,
    zh: (f) => `${f("users")} 个用户：${f.phrase("line")}`,
  },
  // users[]
  "verify.promise-left-out": {
    en: (f) => `Not measured: the loads of ${f.list("users").join(", ")} users were left out (--no-load)`,
    zh: (f) => `未测量：略去了 ${f.list("users").join("、")} 个用户的加压（--no-load）`,
  },
  // users, fault
  "verify.load-failed": {
    en: (f) => `The load of ${count(f.number("users"), "user")} could not be made: the page answered ${f("fault")}`,
    zh: (f) => `无法施加 ${f("users")} 个用户的负载：页面返回 ${f("fault")}`,
  },
  // name, found, level
  "verify.indicator": {
    en: (f) =>
      `${f.phrase("name", "indicator")}: ${f.is("level", "unknown") ? "not known" : `${f.phrase("level", "level")}, at worst ${worstFound(f)}`}`,
    zh: (f) =>
      `${f.phrase("name", "indicator")}：${f.is("level", "unknown") ? "未知" : `${f.phrase("level", "level")}，最差为 ${worstFound(f)}`}`,
  },
  "verify.indicators-unseen": fixed("Not looked at: there was no load", "未观察：没有加压"),
  // what, expected, found
  "verify.changed-meanwhile": {
    en: (f) =>
      `Somebody changed the instance meanwhile: ${f.phrase("what", "changed")} ${f("expected")} became ${f("found")}; what was measured is of neither`,
    zh: (f) =>
      `其间实例被变更：${f.phrase("what", "changed")}从 ${f("expected")} 变为 ${f("found")}；测得的结果不属于任何一方`,
  },
  "changed.stage": fixed("stage", "阶段"),
  "changed.revision": fixed("revision", "修订"),
  "changed.generation": fixed("generation", "代"),

  // stage, revision, notHeld, unsure, loads
  "verify.outcome-held": {
    en: (f) =>
      `Held: stage ${f("stage")} (revision ${f("revision")}) is in force as declared${f.is("loads", 0) ? "; whether it keeps its promise was not measured (--no-load)" : ", and keeps its promise"}.`,
    zh: (f) =>
      `成立：阶段 ${f("stage")}（修订 ${f("revision")}）已按声明生效${f.is("loads", 0) ? "；是否兑现承诺未经测量（--no-load）" : "，并兑现承诺"}。`,
  },
  "verify.outcome-not-held": {
    en: (f) =>
      `Not held: ${count(f.number("notHeld"), "line")} of stage ${f("stage")} (revision ${f("revision")}) ${f.is("notHeld", 1) ? "is" : "are"} not as promised.`,
    zh: (f) => `不成立：阶段 ${f("stage")}（修订 ${f("revision")}）有 ${f("notHeld")} 项与承诺不符。`,
  },
  "verify.outcome-inconclusive": {
    en: (f) =>
      `Inconclusive: ${count(f.number("unsure"), "line")} of stage ${f("stage")} (revision ${f("revision")}) could not be told. Verify again: dashd verify`,
    zh: (f) =>
      `无法判定：阶段 ${f("stage")}（修订 ${f("revision")}）有 ${f("unsure")} 项未能判定。请再次验证：dashd verify`,
  },
};

const ownLadder = (f: FactReader): string => (f.is("isOwn", true) ? ` --profiles ${f("directory")}` : "");

const lowerEn = (f: FactReader): string => (f.has("lower") ? `; stage ${f("lowerStage")} has ${f("lower")}` : "");
const lowerZh = (f: FactReader): string => (f.has("lower") ? `；阶段 ${f("lowerStage")} 为 ${f("lower")}` : "");

const othersEn = (f: FactReader): string => (f.is("others", 0) ? "" : ` beside ${count(f.number("others"), "other")}`);
const othersZh = (f: FactReader): string => (f.is("others", 0) ? "" : `（另有 ${f("others")} 个其他连接）`);

const worstFound = (f: FactReader): string => {
  const found = f.number("found");
  // A service's state, or that there were refusals.
  return found === null
    ? f.phrase("found", f.is("name", "redis") ? "service" : "status")
    : indicatorFigure(f("name"), found);
};
