import { fixed, type Catalogue } from "../entry.ts";
import type { FactReader } from "../fact-reader.ts";
import { count } from "../format.ts";

/** Worth a line at start and in status; no reason to refuse. */
export const warningWords: Catalogue = {
  // name, source, suggestion|null
  "warning.unknown-variable": {
    en: (f) =>
      `${f("name")} (${f.phrase("source")}) is no setting of dashd and has no effect${f.has("suggestion") ? `; did you mean ${f("suggestion")}?` : ""}`,
    zh: (f) =>
      `${f("name")}（${f.phrase("source")}）不是 dashd 的设置，不起作用${f.has("suggestion") ? `；您是否想写 ${f("suggestion")}？` : ""}`,
  },
  // name, found, atLeast
  "warning.short-token": {
    en: (f) => `${f("name")} has only ${f("found")} characters; at least ${f("atLeast")} are hard to guess`,
    zh: (f) => `${f("name")} 只有 ${f("found")} 个字符；建议至少 ${f("atLeast")} 个，以防被猜中`,
  },
  // stage, workers, declared: what the stage says
  "warning.workers-override": {
    en: (f) => `DASHD_WORKERS is in force: ${f("workers")} workers instead of stage ${f("stage")}'s ${f("declared")}`,
    zh: (f) => `DASHD_WORKERS 已生效：工作进程数为 ${f("workers")}，而非阶段 ${f("stage")} 规定的 ${f("declared")}`,
  },
  // proxies
  "warning.sticky-behind-proxy": {
    en: (f) =>
      `DASHD_STICKY=ip goes by the address of the connection: all clients behind a proxy (${f("proxies")}) share its address and one worker; let the proxy choose by hash or cookie among several instances, or keep sessions in Redis`,
    zh: (f) =>
      `DASHD_STICKY=ip 依据连接的来源地址：代理（${f("proxies")}）后的所有客户端共用其地址，都会落到同一个工作进程；请由代理按哈希或 cookie 在多个实例间分配，或将会话存放在 Redis 中`,
  },
  "warning.upstream-unproven": fixed(
    "The limits are held in front of the upstream; what is inside it (processes, threads, time-outs, memory) stays unproven",
    "各项限制只在上游之前生效；上游内部的进程、线程、超时与内存均未经验证",
  ),
  // code, detail
  "warning.app": {
    en: (f) => `The app: ${f("detail")}`,
    zh: (f) => `应用提示：${f("detail")}`,
  },
  // stage, revision
  "warning.profile-edited": {
    en: (f) =>
      `The file of stage ${f("stage")} has changed since revision ${f("revision")}, which is in force; \`dashd stage ${f("stage")}\` takes the change`,
    zh: (f) =>
      `阶段 ${f("stage")} 的配置文件在修订 ${f("revision")} 之后被修改，当前仍按该修订运行；执行 \`dashd stage ${f("stage")}\` 使修改生效`,
  },
  // slots[]
  "warning.changed-code": {
    en: (f) =>
      `The code changed before ${f.list("slots").length === 1 ? "this slot" : "these slots"} loaded it, so they may run other code than their generation: ${f("slots")}. \`dashd reload\` brings one code into force; with --seal a restarted worker gets the code of its generation`,
    zh: (f) =>
      `以下槽位加载代码之前代码已被修改，运行的可能不是所属那一代的代码：${f.list("slots").join("，")}。执行 \`dashd reload\` 可统一代码；使用 --seal 后，重启的工作进程会得到所属那一代的代码`,
  },
  // files[], count
  "warning.seal-written": {
    en: (f) =>
      `The app writes into its sealed copy: ${f("files")}${more(f)}. The next generation does not see it: name it in DASHD_SEAL_KEEP, restart, and it stays beside the original`,
    zh: (f) =>
      `应用正在写入其副本：${f.list("files").join("，")}${moreZh(f)}。下一代看不到这些内容：请将其列入 DASHD_SEAL_KEEP 并重启，使其保留在原目录`,
  },
  "warning.nothing-to-seal": fixed(
    "--seal has nothing to copy here: the built-in board and the front of an upstream are dashd's own code",
    "--seal 在此无可复制：内置看板与上游前端均为 dashd 自身的代码",
  ),
  // revision
  "warning.rolled-back-code": {
    en: (f) =>
      `The code on disk is what was rolled back from or taken back: the copy of revision ${f("revision")} serves; \`dashd reload\` takes the code on disk`,
    zh: (f) =>
      `磁盘上的代码正是已回退或已撤回的版本：现由修订 ${f("revision")} 的副本提供服务；执行 \`dashd reload\` 可改用磁盘上的代码`,
  },
  // revision
  "warning.taken-back-code": {
    en: (f) =>
      `The code on disk is what was rolled back from or taken back, and it serves: revision ${f("revision")} has no copy of its code (--seal makes one)`,
    zh: (f) =>
      `磁盘上的代码正是已回退或已撤回的版本，且正在提供服务：修订 ${f("revision")} 没有代码副本（--seal 可制作副本）`,
  },
  // slots
  "warning.takes-no-connection": {
    en: (f) =>
      `No connection could be handed to slot ${f("slots")} lately: too many files are open in its program (ulimit -n, or a leak); others have its clients`,
    zh: (f) =>
      `最近无法向槽位 ${f("slots")} 移交连接：其程序打开的文件过多（请检查 ulimit -n 或是否泄漏）；客户端转由其他工作进程服务`,
  },
  // reason, message, place|null
  "warning.started-degraded": {
    en: (f) =>
      `Some workers did not come up: ${f("message")}${f.has("place") ? ` (at ${f("place")})` : ""}; the others serve`,
    zh: (f) =>
      `部分工作进程未能启动：${f("message")}${f.has("place") ? `（位置：${f("place")}）` : ""}；其余进程正常提供服务`,
  },
  // slot, detail: what the app set
  W_LIMIT_NOT_TAKEN: {
    en: (f) => `The app set a limit of its own, which is not taken: ${f("detail")}; the stage's limit holds`,
    zh: (f) => `应用自行设置的限制未被采用：${f("detail")}；以阶段的限制为准`,
  },
  // detail: its port or path
  W_SERVER_LEFT_ALONE: {
    en: (f) =>
      `The app also listens on ${f("detail")}: that server is not adopted; any one worker answers there, outside dashd's limits, and a change cuts its connections. If it is the one to serve, DASHD_ADOPT_PORT names it`,
    zh: (f) =>
      `应用还监听了 ${f("detail")}：该服务器未被接管，由任意一个工作进程应答，不受 dashd 的限制约束，变更时其连接会被切断。若它才是要对外服务的，请用 DASHD_ADOPT_PORT 指定`,
  },
  // detail: the package
  W_MEMORY_SESSIONS: {
    en: (f) =>
      `The app keeps sessions in memory (${f("detail")}): each worker has its own, and every reload loses them. The cure is a shared store such as connect-redis; --sticky ip keeps a client on one worker until then`,
    zh: (f) =>
      `应用把会话保存在内存中（${f("detail")}）：每个工作进程各有一份，每次重新加载都会丢失。应改用共享存储（如 connect-redis）；在此之前可用 --sticky ip 让同一客户端始终由同一工作进程处理`,
  },
  // detail: the package
  W_POLLING: {
    en: (f) =>
      `A client of the app polls (${f("detail")}): its next request may come to a worker that does not know it. The cure is transports: ["websocket"] in the client, or --sticky ip`,
    zh: (f) =>
      `应用的客户端使用了轮询（${f("detail")}）：它的下一个请求可能到达不认识它的工作进程。可在客户端设置 transports: ["websocket"]，或使用 --sticky ip`,
  },
  // detail: what kind of server the app has
  W_TLS_FILES_WIN: {
    en: (f) =>
      `The app's own ${f("detail")} server has a certificate of its own; that of DASHD_TLS_CERT is served instead`,
    zh: (f) => `应用自身的 ${f("detail")} 服务器带有证书；实际使用 DASHD_TLS_CERT 指定的证书`,
  },
  // path, from, to
  W_TLS_EXPIRED: {
    en: (f) => `The certificate ${f("path")} expired on ${f("to")}; clients refuse it`,
    zh: (f) => `证书 ${f("path")} 已于 ${f("to")} 过期；客户端会拒绝它`,
  },
  // path, from, to
  W_TLS_NOT_YET_VALID: {
    en: (f) => `The certificate ${f("path")} is valid only from ${f("from")} on; clients refuse it`,
    zh: (f) => `证书 ${f("path")} 自 ${f("from")} 起才生效；客户端会拒绝它`,
  },
  // path, from, to, days
  W_TLS_EXPIRES: {
    en: (f) => `The certificate ${f("path")} expires on ${f("to")}: ${count(f.number("days"), "day")} left`,
    zh: (f) => `证书 ${f("path")} 将于 ${f("to")} 过期，还剩 ${f("days")} 天`,
  },
  // path
  W_TLS_KEY_OPEN: {
    en: (f) => `Every user of this host can read the private key ${f("path")}; expected mode 0600`,
    zh: (f) => `本机所有用户都能读取私钥 ${f("path")}；权限应为 0600`,
  },
  // path
  HOME_OPEN_TO_OTHERS: {
    en: (f) => `Other users of this host can enter the home ${f("path")}; expected mode 0700`,
    zh: (f) => `本机其他用户可以进入数据目录 ${f("path")}；权限应为 0700`,
  },
  // dir, found
  LOG_DISK_FAILING: {
    en: (f) => `Logs cannot be written to ${f("dir")}: ${f.phrase("found")}; serving goes on`,
    zh: (f) => `日志无法写入 ${f("dir")}：${f.phrase("found")}；服务不受影响`,
  },
  // dir, lines
  LOG_DISK_RECOVERED: {
    en: (f) => `Logs are written to ${f("dir")} again; lines lost meanwhile: ${f("lines")}`,
    zh: (f) => `日志已恢复写入 ${f("dir")}；其间丢失 ${f("lines")} 行`,
  },
  // slot|null, lines, because: rate | slow-disk
  LOG_LINES_DROPPED: {
    en: (f) =>
      `Lines of output left out: ${f("lines")}, because ${f.is("because", "rate") ? `slot ${f("slot")} wrote too many` : f.is("because", "slow-reader") ? "who reads this output is too slow" : "the disk is too slow"}`,
    zh: (f) =>
      `已省略 ${f("lines")} 行输出，原因：${f.is("because", "rate") ? `槽位 ${f("slot")} 输出过多` : f.is("because", "slow-reader") ? "读取此输出的程序过慢" : "磁盘过慢"}`,
  },
};

const more = (f: FactReader): string => (others(f) > 0 ? ` and ${others(f)} more` : "");
const moreZh = (f: FactReader): string => (others(f) > 0 ? ` 等 ${f("count")} 项` : "");
const others = (f: FactReader): number => (f.number("count") ?? 0) - f.list("files").length;
