import type { ErrorCode } from "../../errors.ts";
import type { ErrorEntry } from "../entry.ts";
import type { FactReader } from "../fact-reader.ts";
import { count, orList } from "../format.ts";

/** A sentence for every error: the subject, what was found, what is expected. The facts stand beside each. */
export const errorWords: Readonly<Record<ErrorCode, ErrorEntry>> = {
  // reason: one of `embedded.…` below, with its facts
  E_POSTGRES_EMBEDDED: {
    en: (f) => `PostgreSQL could not be brought up for the board: ${f.phrase("reason", "embedded")}.`,
    zh: (f) => `无法为看板启动内置 PostgreSQL：${f.phrase("reason", "embedded")}。`,
    hint: () => "DATABASE_URL=postgres://user:password@host/database dashd start",
  },
  // stage, count; the sums stand below it
  E_PREFLIGHT: {
    en: (f) => `Stage ${f("stage")} does not fit here, so nothing was changed. What does not hold:`,
    zh: (f) => `阶段 ${f("stage")} 在此无法容纳，未做任何改动。不成立的核算：`,
  },
  // what: revision | profile; found, expected
  E_PLAN_STALE: {
    en: (f) =>
      `The plan is stale: it was made for ${f.phrase("what", "plan-of")} ${f("expected")}, and now there is ${f("found")}; nothing was changed.`,
    zh: (f) =>
      `计划已过期：制定时${f.phrase("what", "plan-of")}为 ${f("expected")}，现在是 ${f("found")}；未做任何改动。`,
  },
  // message
  E_INTERNAL: {
    en: (f) => `dashd itself made a mistake: ${f("message")}. This is not a fault of your app or settings.`,
    zh: (f) => `dashd 自身出现错误：${f("message")}。这不是您的应用或设置的问题。`,
  },
  // found
  E_SHORTAGE: {
    en: (f) =>
      `The system has nothing left to give: ${f.phrase("found")}; expected free descriptors, processes and memory.`,
    zh: (f) => `系统资源已耗尽：${f.phrase("found")}；需要有空闲的文件描述符、进程数和内存。`,
    hint: () => "dashd doctor",
  },
  // port, host, owner|null
  E_PORT_IN_USE: {
    en: (f) =>
      `Port ${f("port")} on ${f("host")} is in use by ${f.has("owner") ? f("owner") : "another program"}; expected a free port.`,
    zh: (f) =>
      `端口 ${f("port")}（${f("host")}）已被${f.has("owner") ? ` ${f("owner")} ` : "其他程序"}占用，需要一个空闲端口。`,
    hint: () => "dashd start --port 0",
  },
  // port
  E_PORT_DENIED: {
    en: (f) =>
      `This user may not open port ${f("port")}; expected a port from 1024 up, or the right to open lower ones.`,
    zh: (f) => `当前用户无权打开端口 ${f("port")}，请使用 1024 及以上的端口，或授予打开低端口的权限。`,
    hint: () => "dashd start --port 8050",
  },
  // host, port, found
  E_ADDRESS: {
    en: (f) =>
      `Cannot listen on ${f("host")} port ${f("port")}: ${f.phrase("found")}; expected an address of this host.`,
    zh: (f) => `无法在 ${f("host")} 的端口 ${f("port")} 上监听：${f.phrase("found")}；地址必须属于本机。`,
    hint: () => "dashd start --host 0.0.0.0",
  },
  // path, found; bytes, expected with socket-path-too-long; expected with token-too-short
  E_HOME: {
    en: (f) =>
      `The home ${f("path")} cannot be used: ${f.phrase("found")}; expected a folder that this user may write to.`,
    zh: (f) => `数据目录 ${f("path")} 无法使用：${f.phrase("found")}；需要一个当前用户可写的目录。`,
    hint: () => "dashd start --home ~/.dashd",
  },
  // home, pid
  E_HOME_LOCKED: {
    en: (f) => `The home ${f("home")} is held by another dashd (pid ${f("pid")}); one home serves one instance.`,
    zh: (f) => `数据目录 ${f("home")} 正由另一个 dashd（进程号 ${f("pid")}）使用；一个数据目录只能运行一个实例。`,
    hint: () => "dashd status",
  },
  // path, line|null, found
  E_JOURNAL: {
    en: (f) =>
      `The journal ${f("path")} cannot be used${f.has("line") ? ` from line ${f("line")} on` : ""}: ${f.phrase("found")}; expected it whole and writable.`,
    zh: (f) =>
      `变更日志 ${f("path")} ${f.has("line") ? `自第 ${f("line")} 行起` : ""}无法使用：${f.phrase("found")}；文件须完整且可写。`,
  },
  // stage, revision
  E_NOTHING_TO_ROLL_BACK: {
    en: (f) => `There is nothing to roll back to: no earlier revision, and no stage below ${f("stage")}.`,
    zh: (f) => `没有可回退的版本：没有更早的修订，也没有低于阶段 ${f("stage")} 的阶段。`,
    hint: () => "dashd history",
  },
  // revision, newest|null
  E_REVISION_UNKNOWN: {
    en: (f) =>
      `There is no revision ${f("revision")}; ${(f.number("newest") ?? 0) > 0 ? `the newest is ${f("newest")}` : "nothing was committed yet"}.`,
    zh: (f) =>
      `修订 ${f("revision")} 不存在；${(f.number("newest") ?? 0) > 0 ? `最新的修订是 ${f("newest")}` : "目前还没有已提交的修订"}。`,
    hint: () => "dashd history",
  },
  // path, revision, found
  E_CODE_GONE: {
    en: (f) =>
      `The code that revision ${f("revision")} ran at ${f("path")} is no longer there: ${f.phrase("found")}; expected it as it was then${f.is("wasSealed", true) ? ", or its copy in the home" : ""}.${f.is("wasSealed", false) ? " With `dashd start --seal` each generation keeps a copy of its own, and a rollback needs nothing else." : ""}`,
    zh: (f) =>
      `修订 ${f("revision")} 的应用代码 ${f("path")} 已不可用：${f.phrase("found")}；回退需要当时的代码${f.is("wasSealed", true) ? "或数据目录中的副本" : "仍在原处"}。${f.is("wasSealed", false) ? "使用 `dashd start --seal` 时，每一代都保留自己的副本，回退不再依赖原处的代码。" : ""}`,
    hint: () => "dashd history",
  },
  // app, reason, message, place|null
  E_APP_FAILED: {
    en: (f) =>
      `The app ${f("app")} ${appFailed(f, failuresEn) ?? tail("failed", ": ", f("message"))}${f.has("place") ? ` (at ${f("place")})` : ""}.`,
    zh: (f) =>
      `应用 ${f("app")} ${appFailed(f, failuresZh) ?? tail("启动失败", "：", f("message"))}${f.has("place") ? `（位置：${f("place")}）` : ""}。`,
    hint: () => "dashd logs",
  },
  // running, asked, pid
  E_OTHER_APP_RUNNING: {
    en: (f) =>
      `This home already serves ${f("running")} (pid ${f("pid")}); ${f("asked")} needs a home of its own, or the other stopped.`,
    zh: (f) =>
      `此数据目录正在运行 ${f("running")}（进程号 ${f("pid")}）；要运行 ${f("asked")}，请先停止前者，或另选数据目录。`,
    hint: () => "dashd stop",
  },
  // found
  E_CONTROL: {
    en: (f) =>
      `The conversation with the running dashd failed: ${f.phrase("found")}; expected an answer of its control API.`,
    zh: (f) => `与运行中的 dashd 通信失败：${f.phrase("found")}；预期得到控制接口的正常应答。`,
    hint: () => "dashd status",
  },
  E_INSIDE_CLUSTER: {
    en: () => "dashd was started inside a worker of another cluster; expected a process of its own.",
    zh: () => "dashd 是在另一个集群的工作进程内启动的；请让它作为独立进程运行。",
  },
  // signal
  E_STOPPED_WHILE_STARTING: {
    en: (f) => `${f("signal")} came before the service was up; all that had been started was ended again.`,
    zh: (f) => `服务尚未就绪时收到 ${f("signal")}，已启动的进程均已结束。`,
  },
  // kind
  E_DEVELOPMENT: {
    en: (f) =>
      `A development server (dashd dev) has no stages and no revisions, so ${f.phrase("kind")} means nothing to it; expected one that dashd start runs.`,
    zh: (f) =>
      `开发服务器（dashd dev）没有阶段和修订，无法执行${f.phrase("kind")}；该操作只适用于 dashd start 启动的实例。`,
  },
  // kind, stage, because, place|null
  E_CHANGE_FAILED: {
    en: (f) =>
      `The ${f.phrase("kind")} failed: ${f.phrase("because")}${f.has("place") ? ` (at ${f("place")})` : ""}; the service runs on as before.`,
    zh: (f) =>
      `${f.phrase("kind")}失败：${f.phrase("because")}${f.has("place") ? `（位置：${f("place")}）` : ""}；服务保持原状，继续运行。`,
    hint: () => "dashd logs",
  },
  // url, found: a status, or what failed
  E_LOAD_PAGE: {
    en: (f) => `${f("url")} cannot be read (${f("found")}), so there is nothing to load it with.`,
    zh: (f) => `无法读取 ${f("url")}（${f("found")}），因而没有可用于压测的请求。`,
    hint: () => "dashd status",
  },
  // kind, stage, because: why it is taken back; missing: why the old generation is not whole again
  E_REVERT_FAILED: {
    en: (f) =>
      `The ${f.phrase("kind")} failed (${f.phrase("because")}) and could not be taken back whole: ${f.phrase("missing")}; what is ready serves on.`,
    zh: (f) =>
      `${f.phrase("kind")}失败（${f.phrase("because")}），且未能完整撤回：${f.phrase("missing")}；已就绪的工作进程继续提供服务。`,
    hint: () => "dashd status",
  },
  // stage, because: a gate, with its facts
  E_GATE: {
    en: (f) => `Taken back: ${f.phrase("because")}; what was in force before serves on.`,
    zh: (f) => `已撤回：${f.phrase("because")}；原先生效的一代继续提供服务。`,
    hint: () => "dashd logs --level error",
  },
  // path, found, files|null, mb|null
  E_SEAL: {
    en: (f) =>
      `The app cannot be sealed: ${f("path")}: ${f.phrase("found")}${f.has("files") ? ` (${f("files")} files, ${f("mb")} MB)` : ""}; expected to copy it into the home. Nothing has changed.`,
    zh: (f) =>
      `无法制作应用副本：${f("path")}：${f.phrase("found")}${f.has("files") ? `（${f("files")} 个文件，${f("mb")} MB）` : ""}；副本应写入数据目录。未做任何变更。`,
    hint: () => "dashd config",
  },
  // kind, stage, by, reason|null
  E_WITHDRAWN: {
    en: (f) =>
      `Withdrawn before it was committed, by a rollback of ${f("by")}${f.has("reason") ? ` (${f("reason")})` : ""}; what was in force before serves on.`,
    zh: (f) =>
      `在提交之前被 ${f("by")} 发起的回退撤销${f.has("reason") ? `（${f("reason")}）` : ""}；原先生效的一代继续提供服务。`,
    hint: () => "dashd history",
  },
  // the same
  E_GATE_UNKNOWN: {
    en: (f) => `Not committed: ${f.phrase("because")}; what was in force before serves on. Try again when it is well.`,
    zh: (f) => `未提交：${f.phrase("because")}；原先生效的一代继续提供服务。恢复正常后请重试。`,
    hint: () => "dashd doctor",
  },
  // what, seconds
  E_TIMED_OUT: {
    en: (f) => `Waited ${f("seconds")} s for ${f.phrase("what")}, in vain; the operation itself goes on.`,
    zh: (f) => `等待${f.phrase("what")}超过 ${f("seconds")} 秒仍未完成；操作本身仍在继续。`,
    hint: () => "dashd status",
  },
  // what, by, since; of an instance that is not to be disturbed: what "state", state, since
  E_BUSY: {
    en: (f) =>
      f.is("what", "drill")
        ? `A drill is under way: ${f("drill")}, asked for by ${f("by")}, since ${f("since")}; expected to be the only one, without a change beside it.`
        : f.is("what", "state")
          ? `The instance has been ${f.phrase("state", "state")} since ${f("since")}; expected to stay as it is meanwhile.`
          : `Another change is under way: ${f.phrase("what", "kind")}, asked for by ${f("by")}, since ${f("since")}; expected to be the only one.`,
    zh: (f) =>
      f.is("what", "drill")
        ? `演练正在进行：${f("drill")}，由 ${f("by")} 发起，开始于 ${f("since")}；演练期间不能进行变更或其他演练。`
        : f.is("what", "state")
          ? `实例自 ${f("since")} 起${f.phrase("state", "state")}；其间实例须保持不变，请稍后再试。`
          : `另一项变更正在进行：${f.phrase("what", "kind")}，由 ${f("by")} 发起，开始于 ${f("since")}；同一时间只能进行一项变更。`,
    hint: () => "dashd status --watch",
  },
  // drill, because, slot|null
  E_DRILL_UNFIT: {
    en: (f) =>
      `The drill ${f("drill")} cannot be held here, so nothing was done: ${f.phrase("because", "drill-because")}.`,
    zh: (f) => `无法在此进行演练 ${f("drill")}，未做任何改动：${f.phrase("because", "drill-because")}。`,
    hint: () => "dashd status",
  },
  E_DRILL_OVER: {
    en: () => "The drill was over before its outcome was told: its deadline had passed, or the instance stops.",
    zh: () => "演练在报告结果之前已经结束：超过了期限，或实例正在停止。",
    hint: () => "dashd history",
  },
  E_NO_LOG_FILES: {
    en: () =>
      "This instance writes no log files (DASHD_LOG_DIR=off): its lines are on the standard output of `dashd start`, where the journal (journalctl) or the container engine (docker logs) keeps them.",
    zh: () =>
      "本实例不写日志文件（DASHD_LOG_DIR=off）：日志在 `dashd start` 的标准输出中，由系统日志（journalctl）或容器引擎（docker logs）保存。",
  },
  // home, others[]
  E_NOT_RUNNING: {
    en: (f) => `No dashd is running in ${f("home")}${f.has("others") ? `; running elsewhere: ${f("others")}` : ""}.`,
    zh: (f) =>
      `${f("home")} 中没有正在运行的 dashd${f.has("others") ? `；其他正在运行的实例：${f.list("others").join("、")}` : ""}。`,
    hint: (f) => (f.has("others") ? `dashd status --home ${f.list("others")[0] ?? ""}` : "dashd start"),
  },
  E_UNAUTHORIZED: {
    en: (f) =>
      f.is("reason", "admin.no-token") || f.is("reason", "admin.wrong-token") || !f.has("reason")
        ? "The token is missing or wrong; expected `Authorization: Bearer …` with a token of this home."
        : `The admin side refused this: ${f.phrase("reason")}.`,
    zh: (f) =>
      f.is("reason", "admin.no-token") || f.is("reason", "admin.wrong-token") || !f.has("reason")
        ? "令牌缺失或不正确；请求须携带 `Authorization: Bearer …`，值为此数据目录的令牌。"
        : `管理端拒绝了此请求：${f.phrase("reason")}。`,
  },
  // found, expected|null, suggestion|null
  E_USAGE: {
    en: (f) =>
      `Not understood: ${f("found")}${f.has("expected") ? `; expected ${f.phrase("expected")}` : ""}${f.has("suggestion") ? `; did you mean ${f("suggestion")}?` : "."}`,
    zh: (f) =>
      `无法识别：${f("found")}${f.has("expected") ? `；应为${f.phrase("expected")}` : ""}${f.has("suggestion") ? `；您是否想输入 ${f("suggestion")}？` : "。"}`,
    hint: () => "dashd help",
  },
  // stage, known[]
  E_STAGE_UNKNOWN: {
    en: (f) => `There is no stage ${f("stage")}; expected ${orList(f.list("known"), " or ")}.`,
    zh: (f) => `阶段 ${f("stage")} 不存在；可用的阶段：${f.list("known").join("、")}。`,
    hint: () => "dashd profiles",
  },
  // slot, slots
  E_SLOT_UNKNOWN: {
    en: (f) => `There is no slot ${f("slot")}; expected 1 to ${f("slots")}.`,
    zh: (f) => `槽位 ${f("slot")} 不存在；可用的槽位为 1 至 ${f("slots")}。`,
    hint: () => "dashd why",
  },
  // directory, count; details: fault.*
  E_PROFILE: {
    en: (f) =>
      `The stage profiles in ${f("directory")} have ${count(f.number("count"), "fault")}; nothing was started:`,
    zh: (f) => `目录 ${f("directory")} 中的阶段配置有 ${f("count")} 处错误，未启动任何进程：`,
  },
  // file, count; details: fault.*
  E_SCENARIO: {
    en: (f) =>
      `The scenario ${f("file")} has ${count(f.number("count"), "fault")}; expected a file like ${scenarioLike}:`,
    zh: (f) => `场景文件 ${f("file")} 有 ${f("count")} 处错误；文件应形如 ${scenarioLike}：`,
    hint: () => "dashd load --help",
  },
  // count; details: fault.*
  E_SETTING: {
    en: (f) => `The settings have ${count(f.number("count"), "fault")}; nothing was started:`,
    zh: (f) => `设置中有 ${f("count")} 处错误，未启动任何进程：`,
    hint: () => "dashd help start",
  },
  // name, path, found: `tls.…` or an errno
  E_TLS: {
    en: (f) =>
      `TLS cannot be served with ${f("name")} (${f("path")}): ${f.phrase("found")}; expected a certificate and its private key in PEM.`,
    zh: (f) => `无法使用 ${f("name")}（${f("path")}）提供 TLS：${f.phrase("found")}；需要 PEM 格式的证书及其私钥。`,
  },
  E_NO_SYSTEMD: {
    en: () =>
      "There is no systemd on this machine; nothing was written. `dashd service install --print` shows the unit.",
    zh: () => "本机没有 systemd，未写入任何文件。用 `dashd service install --print` 可查看单元文件。",
  },
  // path, found: another | edited; home|null: whose it is
  E_UNIT_TAKEN: {
    en: (f) =>
      `${f("path")} ${f.is("found", "edited") ? "was edited by hand since dashd wrote it; expected changes in a drop-in (systemctl edit)" : `was not written for this instance${f.has("home") ? ` but for ${f("home")}` : ""}; expected a name that is free (--name)`}. Nothing was changed.`,
    zh: (f) =>
      `${f("path")} ${f.is("found", "edited") ? "在 dashd 写入后被手工修改过；自定义内容请放入 drop-in（systemctl edit）" : `不是为此实例写入的${f.has("home") ? `，而是属于 ${f("home")}` : ""}；请用 --name 另取名称`}。未做任何改动。`,
  },
  // found
  E_UNIT_FAULTY: {
    en: (f) => `systemd would not take the unit, so it was not put in place:\n${f("found")}`,
    zh: (f) => `systemd 不接受此单元文件，未安装：\n${f("found")}`,
    hint: () => "dashd service install --print",
  },
  // path, found
  E_NOT_WRITABLE: {
    en: (f) => `${f("path")} cannot be written: ${f.phrase("found")}; expected a folder that this user may write to.`,
    zh: (f) => `无法写入 ${f("path")}：${f.phrase("found")}；需要一个当前用户可写的目录。`,
  },
  // command, found
  E_SYSTEMD: {
    en: (f) => `\`${f("command")}\` failed: ${f("found")}`,
    zh: (f) => `\`${f("command")}\` 执行失败：${f("found")}`,
  },
  // found: how many, or why the one is none
  E_LISTEN_FDS: {
    en: (f) =>
      `The service manager handed over ${f.number("found") === null ? `a socket that cannot be served (${f.phrase("found")})` : `${f("found")} sockets`}; expected one TCP socket that listens: one ListenStream= with an address and a port.`,
    zh: (f) =>
      `服务管理器传入的${f.number("found") === null ? `套接字无法使用（${f.phrase("found")}）` : `套接字有 ${f("found")} 个`}；需要恰好一个监听中的 TCP 套接字：一行 ListenStream=，写明地址和端口。`,
    hint: () => "dashd service install --socket",
  },
  // path, found ("app.…")
  E_APP_NOT_FOUND: {
    en: (f) =>
      `There is no app at ${f("path")}${f.has("found") ? `: ${f.phrase("found", "app")}` : ""}; expected a JavaScript file, or a folder with a package.json.`,
    zh: (f) =>
      `在 ${f("path")} 找不到应用${f.has("found") ? `：${f.phrase("found", "app")}` : ""}；应为 JavaScript 文件，或包含 package.json 的目录。`,
  },
  // path: of package.json, script, found ("app.start-…")
  E_START_SCRIPT: {
    en: (f) =>
      `\`scripts.start\` in ${f("path")} is "${f("script")}": ${f.phrase("found", "app")}. Name the file that serves, or make it \`node [flags] file [arguments]\`.`,
    zh: (f) =>
      `${f("path")} 中的 \`scripts.start\` 为“${f("script")}”：${f.phrase("found", "app")}。请直接指定提供服务的文件，或将其改为 \`node [参数] 文件 [参数]\` 的形式。`,
  },
  // file, found
  E_PROOF: {
    en: (f) =>
      `${f("file")} is no proof that can be checked: ${f.phrase("found")}; expected what \`dashd verify\` wrote.`,
    zh: (f) => `${f("file")} 不是可核对的证明：${f.phrase("found")}；应为 \`dashd verify\` 写出的文件。`,
    hint: () => "dashd verify",
  },
  // command; whom it disturbs stands below it
  E_NOT_ASKED: {
    en: (f) =>
      `\`dashd ${f("command")}\` would disturb those who are using the service, and nobody can be asked here; expected --yes.`,
    zh: (f) => `\`dashd ${f("command")}\` 会影响正在使用服务的用户，而此处无法询问；需要 --yes。`,
    hint: (f) => `dashd ${f("command")} --yes`,
  },
};

type Failures = Readonly<Record<string, (message: string) => string>>;

const appFailed = (f: FactReader, failures: Failures): string | null => {
  const message = f.has("message") ? f("message").replace(/[.。]$/, "") : "";
  const reason = f("reason");
  return Object.hasOwn(failures, reason) ? (failures[reason]?.(message) ?? null) : null;
};

const tail = (text: string, joint: string, message: string): string =>
  message === "" ? text : `${text}${joint}${message}`;

const failuresEn: Failures = {
  threw: (message) => tail("threw an error while it loaded", ": ", message),
  "nothing-to-serve": () =>
    "gives nothing to serve; expected an Express app, a handler, an http server or a function that returns one as its " +
    "export, or a call of listen()",
  "never-listened": () => "was loaded, but never called listen(), and exports nothing to serve",
  "own-cluster": (message) =>
    `starts workers of its own (${message}), which is what dashd does: start the file, or the branch, that serves`,
  "never-ready": (message) => tail("was not ready within the boot time-out", ": ", message),
  "crash-loop": (message) => tail("crashed again and again, so dashd gave up", ": ", message),
  killed: (message) => tail("was killed while it started", ": ", message),
  ended: (message) => tail("ended before it was ready", ": ", message),
};

const failuresZh: Failures = {
  threw: (message) => tail("加载时抛出错误", "：", message),
  "nothing-to-serve": () =>
    "没有可提供服务的内容；应导出 Express 应用、处理函数、HTTP 服务器或返回其一的函数，或调用 listen()",
  "never-listened": () => "已加载，但从未调用 listen()，也没有导出可提供服务的内容",
  "own-cluster": (message) => `自行创建工作进程（${message}），而这由 dashd 负责：请启动真正提供服务的文件或分支`,
  "never-ready": (message) => tail("未能在启动时限内就绪", "：", message),
  "crash-loop": (message) => tail("反复崩溃，dashd 已停止重试", "：", message),
  killed: (message) => tail("在启动过程中被终止", "：", message),
  ended: (message) => tail("在就绪之前退出", "：", message),
};

const scenarioLike = '{ "requests": [{ "path": "/", "weight": 3, "with": ["/api/data"] }] }';
