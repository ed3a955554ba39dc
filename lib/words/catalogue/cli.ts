import { fixed, type Catalogue } from "../entry.ts";

/** What the command line says of itself: help, flags, refusals, and the outcomes that no master words. */
export const cliWords: Catalogue = {
  "cli.expected-log-files": fixed(
    "a folder for the logs, since nobody reads the output of a detached instance",
    "日志目录，因为后台实例的输出无人读取",
  ),
  "cli.about": fixed(
    "A production server for Node dashboards: the stage you declare is the stage that runs.",
    "Node 仪表盘的生产服务器：声明的阶段，就是实际运行的阶段。",
  ),
  "cli.usage": fixed("<command> [flags]", "<命令> [选项]"),
  "cli.usage-flags": fixed("[flags]", "[选项]"),
  "cli.usage-start": fixed("[app] [flags] [-- args of the app]", "[应用] [选项] [-- 传给应用的参数]"),
  // topics[]
  "cli.help-after": {
    en: (f) => `More: dashd help <command>, or dashd help with one of these topics:\n  ${f("topics")}`,
    zh: (f) => `更多帮助：dashd help <命令>，或 dashd help 加下列主题之一：\n  ${f.list("topics").join("、")}`,
  },
  "cli.title-usage": fixed("Usage:", "用法："),
  "cli.title-arguments": fixed("Arguments:", "参数："),
  "cli.title-options": fixed("Flags:", "选项："),
  "cli.title-global-options": fixed("Flags of every command:", "通用选项："),
  "cli.title-commands": fixed("Commands:", "命令："),

  "cli.summary-start": fixed("serve an app at a stage", "按指定阶段启动应用"),
  "cli.summary-dev": fixed(
    "debug mode: one worker, restart on change, full errors; not production",
    "调试模式：单个工作进程，代码变化即重启，显示完整错误；非生产",
  ),
  "cli.summary-stage": fixed(
    "change to another stage, live, as one transaction",
    "在线切换到另一阶段（事务式，失败自动还原）",
  ),
  "cli.summary-reload": fixed("the same stage with the app's new code", "以应用的新代码重新加载，阶段不变"),
  "cli.summary-rollback": fixed("back to the revision before", "回退到上一个修订"),
  "cli.summary-status": fixed("what runs, declared against effective", "运行状态：声明值与生效值对照"),
  "cli.summary-config": fixed("every setting, and where its value comes from", "所有设置及其来源"),
  "cli.summary-profiles": fixed("the ladder of stages, or one of them", "阶段一览，或某一阶段的详情"),
  "cli.summary-history": fixed("the journal of changes, or one revision", "变更历史，或某一修订的详情"),
  "cli.summary-logs": fixed("the log of the instance and its app", "实例与应用的日志"),
  "cli.summary-stop": fixed("drain and stop the instance", "处理完在途请求后停止实例"),
  "cli.summary-help": fixed("help on a command or a topic", "查看命令或主题的帮助"),

  "cli.arg-app": fixed(
    "file or folder of the app; without it, the store board",
    "应用的文件或目录；省略则使用自带的门店看板",
  ),
  "cli.arg-stage": fixed("number of a stage", "阶段编号"),
  "cli.arg-rev": fixed("number of a revision", "修订编号"),
  // topics[]
  "cli.arg-topic": {
    en: (f) => `a command, or one of ${f("topics")}`,
    zh: (f) => `命令名，或：${f.list("topics").join("、")}`,
  },
  "cli.flag-version": fixed("print the version", "显示版本号"),
  "cli.flag-help": fixed("print this help", "显示本帮助"),
  "cli.flag-home": fixed(
    "folder of the instance [DASHD_HOME, default ./.dashd]",
    "实例的数据目录 [DASHD_HOME，默认 ./.dashd]",
  ),
  "cli.flag-lang": fixed(
    "language of what is said [DASHD_LANG, default by locale]",
    "输出语言 [DASHD_LANG，默认取自系统区域]",
  ),
  "cli.flag-json": fixed("one JSON document instead of text", "以 JSON 输出"),
  "cli.flag-detach": fixed(
    "return once it serves and declared = effective; it runs on by itself",
    "服务就绪且声明值与生效值一致后返回，实例在后台继续运行",
  ),
  "cli.flag-inspect": fixed(
    "open a debugger on [host:]port [default 127.0.0.1:9229; 0: a free port]",
    "在 [host:]port 上打开调试器 [默认 127.0.0.1:9229；0 表示任一空闲端口]",
  ),
  "cli.flag-inspect-brk": fixed(
    "the same, and wait there before the app's first line",
    "同上，并停在应用的第一行之前等待",
  ),
  "cli.flag-watch": fixed("once a second until Ctrl-C", "每秒刷新，直到 Ctrl-C"),
  "cli.flag-exit-code": fixed("exit with 4 when degraded", "状态为 degraded 时以 4 退出"),
  "cli.flag-to": fixed("the revision to go back to", "要回退到的修订编号"),
  "cli.flag-follow": fixed("go on with new lines until Ctrl-C", "持续输出新日志，直到 Ctrl-C"),
  "cli.flag-lines": fixed("how many of the last lines [default 100]", "显示最后多少行 [默认 100]"),
  "cli.flag-slot": fixed("only this worker's lines", "只看此槽位的工作进程"),
  // levels[]
  "cli.flag-level": {
    en: (f) => `the lowest level: ${f("levels")}`,
    zh: (f) => `最低级别：${f.list("levels").join("、")}`,
  },
  // levels[]
  "cli.flag-set-level": {
    en: (f) => `from now on the running instance writes from this level up, until its next start: ${f("levels")}`,
    zh: (f) => `运行中的实例从现在起记录此级别及以上的日志，下次启动后恢复原设置：${f.list("levels").join("、")}`,
  },
  // dir
  "cli.no-lines": {
    en: (f) => `No line to show from ${f("dir")}.`,
    zh: (f) => `${f("dir")} 中没有可显示的日志行。`,
  },
  // level
  "cli.level-set": {
    en: (f) => `The instance logs from ${f("level")} up until its next start.`,
    zh: (f) => `实例现已记录 ${f("level")} 及以上级别的日志，下次启动后恢复原设置。`,
  },
  "cli.flag-grep": fixed("only lines that hold this text", "只看包含此文本的行"),

  "cli.expected-flag": fixed("a flag of this command", "此命令支持的选项"),
  // subject: the argument's name
  "cli.expected-argument": { en: (f) => `<${f("subject")}> after it`, zh: (f) => `其后带 <${f("subject")}>` },
  // subject: the flag with its value
  "cli.expected-option": { en: (f) => `${f("subject")} after it`, zh: (f) => `其后带 ${f("subject")}` },
  "cli.expected-one-app": fixed(
    "either an app or --upstream (DASHD_UPSTREAM), not both",
    "应用或 --upstream（DASHD_UPSTREAM）二选一，不可同时使用",
  ),
  "cli.expected-start": fixed(
    "a command that hands arguments to an app: `dashd start`, `dashd dev`, `dashd service install` or `dashd export`",
    "会把参数传给应用的命令：`dashd start`、`dashd dev`、`dashd service install` 或 `dashd export`",
  ),
  "cli.expected-dev-app": fixed("an app whose code `dashd dev` can run", "可由 `dashd dev` 运行其代码的应用"),
  "cli.expected-inspector": fixed("[host:]port with a port up to 65535", "[host:]port，端口不超过 65535"),
  // min
  "cli.expected-number": { en: (f) => `a whole number from ${f("min")} up`, zh: (f) => `不小于 ${f("min")} 的整数` },
  // topics[]
  "cli.expected-topic": {
    en: (f) => `a command, or one of ${f("topics")}`,
    zh: (f) => `命令名，或：${f.list("topics").join("、")}`,
  },

  // hint
  "cli.hint": { en: (f) => `hint: ${f("hint")}`, zh: (f) => `提示：${f("hint")}` },
  "cli.detached": fixed(
    "Detached: it goes on without this command. Look with: dashd status",
    "已脱离：操作仍在继续。查看进度：dashd status",
  ),
  "cli.asked": fixed("Asked for; the master makes the plan and the sums", "已提出请求，主进程正在制定计划并核算"),
  "cli.looking-around": fixed("Looking at the host, Redis and PostgreSQL", "正在检查主机、Redis 与 PostgreSQL"),
  "cli.setting-redis": fixed("Setting Redis", "正在设置 Redis"),
  // url
  "cli.opening-page": {
    en: (f) => `Opening ${f("url")} to find what belongs to the page`,
    zh: (f) => `正在打开 ${f("url")}，找出页面包含的内容`,
  },
  "cli.starting": fixed("Starting: the master prepares", "正在启动：主进程准备中"),
  "cli.starting-sealed": fixed(
    "Starting: the master prepares; with --seal it copies the app first, unless it has this copy already",
    "正在启动：主进程准备中；使用 --seal 时先复制应用（已有相同副本则不再复制）",
  ),
  // stage, ready|null, workers|null
  "cli.booting": {
    en: (f) =>
      `Starting stage ${f("stage")}: ${f.has("ready") ? `${f("ready")} of ` : ""}${f("workers")} workers ${f.has("ready") ? "ready" : "come up"}`,
    zh: (f) =>
      f.has("ready")
        ? `正在启动阶段 ${f("stage")}：${f("workers")} 个工作进程中 ${f("ready")} 个已就绪`
        : `正在启动阶段 ${f("stage")}：${f("workers")} 个工作进程启动中`,
  },
  // pid, seconds
  "cli.stopped": {
    en: (f) => `Stopped: the master (pid ${f("pid")}) is gone after ${f("seconds")} s.`,
    zh: (f) => `已停止：主进程（进程号 ${f("pid")}）用时 ${f("seconds")} 秒退出。`,
  },
  // stage, url, pid
  "cli.already-running": {
    en: (f) => `Already running at stage ${f("stage")}: ${f("url")} (pid ${f("pid")}).`,
    zh: (f) => `已在阶段 ${f("stage")} 运行：${f("url")}（进程号 ${f("pid")}）。`,
  },
  // stage, revision|null
  "cli.rollback-next": {
    en: (f) =>
      `Nothing runs here; the next start uses stage ${f("stage")}${f.has("revision") ? ` as of revision ${f("revision")}` : ""}.`,
    zh: (f) =>
      `当前没有运行中的实例；下次启动将使用阶段 ${f("stage")}${f.has("revision") ? `（修订 ${f("revision")}）` : ""}。`,
  },

  "app.unreadable": fixed("this user may not read it", "当前用户无权读取"),
  "app.not-a-file": fixed("it is neither a file nor a folder", "它既不是文件也不是目录"),
  "app.folder-without-main": fixed(
    "its package.json names no main, and it has no index.js",
    "其 package.json 未指定 main，且没有 index.js",
  ),
  // main
  "app.main-missing": {
    en: (f) => `its package.json names ${f("main")}, which is not there`,
    zh: (f) => `其 package.json 指定的 ${f("main")} 不存在`,
  },
  "app.start-needs-shell": fixed(
    "dashd starts the workers itself and runs neither a shell nor another program",
    "工作进程由 dashd 直接启动，不会运行 shell 或其他程序",
  ),
  "app.start-file-missing": fixed("the file it names is not there", "其中指定的文件不存在"),
  "app.broken-package-json": fixed("its package.json is no valid JSON", "其 package.json 不是有效的 JSON"),
};
