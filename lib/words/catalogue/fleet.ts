import { fixed, type Catalogue } from "../entry.ts";

/** `dashd service` and `dashd export`. */
export const fleetWords: Catalogue = {
  "fleet.installing": fixed(
    "Checking the units, then handing them to systemd, which waits until the service serves",
    "正在检查服务单元并交给 systemd；systemd 会等待服务就绪",
  ),
  "fleet.removing": fixed("Stopping the service: it drains first", "正在停止服务：先处理完在途请求"),
  "cli.summary-service": fixed("install or remove it as a service of systemd", "安装或移除 systemd 服务"),
  "cli.summary-export": fixed(
    "what runs it on Windows, or watches it with Prometheus and Grafana",
    "导出在 Windows 上运行所需的文件，或 Prometheus 与 Grafana 的监控配置",
  ),
  "fleet.usage-service": fixed(
    "install [app] [flags] [-- args of the app] | remove [--name NAME]",
    "install [应用] [选项] [-- 传给应用的参数] | remove [--name 名称]",
  ),
  "fleet.usage-export": fixed(
    "windows [app] --to DIR [flags] [-- args of the app] | prometheus --to DIR | grafana --to DIR",
    "windows [应用] --to 目录 [选项] [-- 传给应用的参数] | prometheus --to 目录 | grafana --to 目录",
  ),
  "fleet.arg-action": fixed(
    "write the unit and start it, or stop it and take the unit away",
    "写入单元并启动，或停止并移除单元",
  ),
  "fleet.arg-target": fixed("windows, prometheus or grafana", "windows、prometheus 或 grafana"),
  "fleet.flag-name": fixed("name of the service [default: by the folder]", "服务名称 [默认取自目录名]"),
  "fleet.flag-user": fixed(
    "who it runs as, when root installs it [default: the owner of the folder]",
    "由 root 安装时，服务以哪个用户运行 [默认为目录的所有者]",
  ),
  "fleet.flag-windows-user": fixed("who it runs as [default: LOCAL SERVICE]", "以哪个用户运行 [默认 LOCAL SERVICE]"),
  "fleet.flag-socket": fixed(
    "systemd opens the port: clients wait through a restart instead of being refused",
    "由 systemd 打开端口：重启期间客户端等待，而不会被拒绝",
  ),
  "fleet.flag-writable": fixed(
    "folders that the app may write to beside the home, by comma (units of the machine)",
    "除数据目录外应用可写的目录，以逗号分隔（仅系统级单元）",
  ),
  "fleet.flag-print": fixed("show the unit, and write nothing", "只显示单元文件，不写入"),
  "fleet.flag-to": fixed("where the files are written", "文件写入的目录"),
  "fleet.flag-folder": fixed(
    "folder of the app on the Windows machine [default there: this folder]",
    "应用在 Windows 机器上的目录 [在 Windows 上默认为当前目录]",
  ),

  "fleet.expected-action": fixed("install or remove", "install 或 remove"),
  "fleet.expected-target": fixed(
    "windows, prometheus or grafana (for systemd: dashd service install --print)",
    "windows、prometheus 或 grafana（systemd 请用 dashd service install --print）",
  ),
  // stage, config, tokenFile
  "fleet.prometheus-next": {
    en: (f) =>
      `Alerts with the numbers of stage ${f("stage")}: export them again after a change of stage. Prometheus reads the read-only token from ${f("tokenFile")}. Check with: promtool check config ${f("config")}`,
    zh: (f) =>
      `告警采用阶段 ${f("stage")} 的阈值：切换阶段后请重新导出。Prometheus 从 ${f("tokenFile")} 读取只读令牌。检查命令：promtool check config ${f("config")}`,
  },
  // stage, dir
  "fleet.grafana-next": {
    en: (f) =>
      `In Grafana: Dashboards → New → Import, and choose your Prometheus. Its thresholds are those of stage ${f("stage")}.`,
    zh: (f) =>
      `在 Grafana 中选择 Dashboards → New → Import 导入，并选定 Prometheus 数据源。阈值取自阶段 ${f("stage")}。`,
  },
  "fleet.alert-instance": fixed("dashd does not answer", "dashd 没有应答"),
  "fleet.alert-about-instance": fixed(
    "The admin side of the instance was not reached: `dashd status` on its host tells whether it runs.",
    "无法连接实例的管理端：在其主机上执行 `dashd status` 查看是否在运行。",
  ),
  "fleet.alert-drift": fixed("declared and effective limits differ", "限制的声明值与实际值不一致"),
  "fleet.alert-about-drift": fixed(
    "`dashd status` names what drifts; `dashd reload` brings what was declared into force.",
    "`dashd status` 会列出有偏差的项；`dashd reload` 使声明的内容生效。",
  ),
  "fleet.alert-about-indicator": fixed(
    "`dashd status` on its host says what causes it, in figures of the instance, and what to do.",
    "在其主机上执行 `dashd status`，可查看根据实例数据得出的原因与应对办法。",
  ),
  "fleet.expected-to": fixed("--to DIR", "--to 目录"),
  "fleet.expected-line": fixed("text without control characters", "不含控制字符的文本"),
  "fleet.expected-no-quote": fixed("text without a double quote", "不含双引号的文本"),
  "fleet.expected-port": fixed("a fixed port, since systemd opens it", "固定端口，因为由 systemd 打开"),
  "fleet.expected-name": fixed("letters, digits, dots, dashes and underscores", "字母、数字、点、连字符和下划线"),
  "fleet.expected-folder": fixed("a folder that is there", "已存在的目录"),
  "fleet.expected-user": fixed("a user of this machine", "本机的用户"),
  "fleet.expected-root": fixed(
    "root, since only units of the machine take it (sudo dashd service install)",
    "root：只有系统级单元支持（sudo dashd service install）",
  ),
  "fleet.expected-not-root": fixed(
    "a folder that does not belong to root, or a user named with --user (--user root, if it must be)",
    "不属于 root 的目录，或用 --user 指定用户（确有必要时用 --user root）",
  ),
  "fleet.expected-windows-folder": fixed(
    "--folder with an absolute path of the Windows machine",
    "--folder 及 Windows 机器上的绝对路径",
  ),
  "fleet.expected-below": fixed(
    "a path below this folder, since no other is the same on the Windows machine",
    "当前目录之下的路径，因为其他路径在 Windows 机器上并不相同",
  ),
  "fleet.home-of-another": fixed("it belongs to another user than the service runs as", "其所有者不是运行该服务的用户"),

  // path
  "fleet.unit-removed": { en: (f) => `Removed: ${f("path")}`, zh: (f) => `已移除：${f("path")}` },
  "fleet.unit-written": { en: (f) => `Written: ${f("path")}`, zh: (f) => `已写入：${f("path")}` },
  "fleet.unit-replaced": { en: (f) => `Replaced: ${f("path")}`, zh: (f) => `已更新：${f("path")}` },
  "fleet.unit-unchanged": { en: (f) => `Unchanged: ${f("path")}`, zh: (f) => `未变化：${f("path")}` },
  // name, folder
  "fleet.nothing-to-remove": {
    en: (f) => `There is no ${f("name")}.service in ${f("folder")}; nothing to remove.`,
    zh: (f) => `${f("folder")} 中没有 ${f("name")}.service，无需移除。`,
  },
  "fleet.verified": fixed("Checked by systemd-analyze verify.", "已通过 systemd-analyze verify 检查。"),
  "fleet.not-verified": fixed(
    "Not checked: systemd-analyze is not on this machine.",
    "未检查：本机没有 systemd-analyze。",
  ),
  // user|null, folder
  "fleet.runs-as": {
    en: (f) =>
      `It runs ${f.has("user") ? `as ${f("user")}` : "as you"} in ${f("folder")}, and reads .env and dashd.config.json there.`,
    zh: (f) =>
      `以${f.has("user") ? `用户 ${f("user")} ` : "当前用户"}在 ${f("folder")} 中运行，并读取其中的 .env 和 dashd.config.json。`,
  },
  // folders[]
  "fleet.may-write": {
    en: (f) => `It may write to ${f("folders")} and nowhere else; more folders: --writable.`,
    zh: (f) => `只能写入 ${f.list("folders").join("、")}；如需更多目录，请用 --writable。`,
  },
  "fleet.linger": fixed(
    "A service of a user ends when that user logs out, unless the user lingers.",
    "用户级服务会在该用户注销时结束，除非启用 linger。",
  ),
  // name, look: a command
  "fleet.active": {
    en: (f) => `${f("name")} is enabled and serves: ${f("look")}`,
    zh: (f) => `${f("name")} 已启用并在提供服务：${f("look")}`,
  },
  "fleet.waits": {
    en: (f) => `${f("name")} is enabled, but another dashd serves from this home, so it was not started.`,
    zh: (f) => `${f("name")} 已启用，但此数据目录中已有另一个 dashd 在运行，因此未启动。`,
  },
  "fleet.no-systemd": {
    en: (f) => `systemd does not run this machine, so ${f("name")} was neither enabled nor started.`,
    zh: (f) => `本机不是由 systemd 启动的，因此 ${f("name")} 未启用也未启动。`,
  },
  "fleet.to-do": fixed("Left to do:", "尚需执行："),
  // names[]
  "fleet.only-in-shell": {
    en: (f) =>
      `${f("names")} ${f.list("names").length === 1 ? "is" : "are"} set in this shell only; the service does not see it: put it into .env`,
    zh: (f) => `${f.list("names").join("、")} 只在当前 shell 中设置，服务看不到；请写入 .env`,
  },
  "fleet.npx-cache": fixed(
    "dashd runs from npx's cache here, which npm may empty; install it first: npm install dashd",
    "当前的 dashd 来自 npx 缓存，npm 可能会清空它；请先安装：npm install dashd",
  ),
  // user, found
  "fleet.unreachable": {
    en: (f) => `${f("user")} cannot run dashd from here, so the service will not start: ${f("found")}`,
    zh: (f) => `用户 ${f("user")} 无法在此运行 dashd，服务将无法启动：${f("found")}`,
  },
  // folder, user|null
  "fleet.windows-next": {
    en: (f) => `Put them into ${f("folder")} on the Windows machine; then, as an administrator:`,
    zh: (f) => `请将它们放到 Windows 机器的 ${f("folder")} 中，然后以管理员身份执行：`,
  },
};
