import { fixed, type Catalogue } from "../entry.ts";
import type { FactReader } from "../fact-reader.ts";
import { count, duration } from "../format.ts";

/** Lines of the master's log. A decision says why (`because`: a code of the catalogue, or a text). */
export const logWords: Catalogue = {
  // lines, because
  "log.access-dropped": {
    en: (f) => `The access log lacks ${f("lines")} lines: ${f.phrase("because")}`,
    zh: (f) => `访问日志缺少 ${f("lines")} 行：${f.phrase("because")}`,
  },
  "log.access-disk-failed": fixed("the disk refused them", "磁盘写入失败"),
  "log.access-disk-slow": fixed("the disk is too slow", "磁盘写入太慢"),
  "log.access-output-slow": fixed("who reads the output is too slow", "读取输出的程序过慢"),
  "log.access-master-slow": fixed("the master did not take them in time", "主进程来不及接收"),
  // dir, found
  "log.access-failing": {
    en: (f) => `The access log in ${f("dir")} cannot be written: ${f.phrase("found")}`,
    zh: (f) => `无法写入 ${f("dir")} 中的访问日志：${f.phrase("found")}`,
  },
  // slot, method, path, ageMs, traceId|null
  "log.request-timed-out": {
    en: (f) =>
      `Timed out after ${duration(f.number("ageMs"))}: ${f("method")} ${f("path")}, slot ${f("slot")}${f.has("traceId") ? `, trace ${f("traceId")}` : ""}`,
    zh: (f) =>
      `请求超时（${duration(f.number("ageMs"))}）：${f("method")} ${f("path")}，槽位 ${f("slot")}${f.has("traceId") ? `，追踪 ${f("traceId")}` : ""}`,
  },
  // from, to
  "log.level-set": {
    en: (f) => `Log level ${f("from")} → ${f("to")}, until the next start`,
    zh: (f) => `日志级别 ${f("from")} → ${f("to")}，下次启动后恢复原设置`,
  },
  // found
  "log.notify-failed": {
    en: (f) => `systemd could not be told how the service is: ${f.phrase("found")}`,
    zh: (f) => `无法向 systemd 报告服务状态：${f.phrase("found")}`,
  },
  // path
  "log.proof-damaged": {
    en: (f) => `The last proof ${f("path")} is damaged and counts as none: verify again`,
    zh: (f) => `上次的证明 ${f("path")} 已损坏，视为没有：请重新验证`,
  },
  // version, pid, stage, workers, home
  "log.starting": {
    en: (f) =>
      `dashd ${f("version")} starts at stage ${f("stage")} with ${count(f.number("workers"), "worker")} (pid ${f("pid")}, home ${f("home")})`,
    zh: (f) =>
      `dashd ${f("version")} 以阶段 ${f("stage")} 启动，共 ${f("workers")} 个工作进程（进程号 ${f("pid")}，数据目录 ${f("home")}）`,
  },
  // url, adminUrl
  "log.listening": {
    en: (f) => `Listening on ${f("url")}, admin on ${f("adminUrl")}`,
    zh: (f) => `服务监听于 ${f("url")}，管理端监听于 ${f("adminUrl")}`,
  },
  // stage, revision, tookMs
  "log.serving": {
    en: (f) => `Serving stage ${f("stage")} (revision ${f("revision")}) after ${duration(f.number("tookMs"))}`,
    zh: (f) => `阶段 ${f("stage")}（修订 ${f("revision")}）开始提供服务，启动用时 ${duration(f.number("tookMs"))}`,
  },
  // from, to, because?
  "log.state": {
    en: (f) => `State: ${f.phrase("from", "state")} → ${f.phrase("to", "state")}${because(f)}`,
    zh: (f) => `状态：${f.phrase("from", "state")} → ${f.phrase("to", "state")}${becauseZh(f)}`,
  },
  // slot, pid, generation, bootMs
  "log.worker-ready": {
    en: (f) =>
      `Slot ${f("slot")}: pid ${f("pid")} of generation ${f("generation")} is ready after ${duration(f.number("bootMs"))}`,
    zh: (f) =>
      `槽位 ${f("slot")}：第 ${f("generation")} 代进程 ${f("pid")} 已就绪，用时 ${duration(f.number("bootMs"))}`,
  },
  // slot, pid, because, found
  "log.recycling": {
    en: (f) =>
      `Slot ${f("slot")}: pid ${f("pid")} has done its time (${f.phrase("because")}: ${f("found")}), a new worker takes its place`,
    zh: (f) =>
      `槽位 ${f("slot")}：进程 ${f("pid")} 已到更替时限（${f.phrase("because")}：${f("found")}），由新的工作进程接替`,
  },
  // slot, pid, code|null, signal|null, expected, cause|null: what its black box says
  "log.worker-exit": {
    en: (f) =>
      `Slot ${f("slot")}: pid ${f("pid")} ended with ${f.has("signal") ? f("signal") : `exit code ${f("code")}`}${f.has("cause") ? `: ${f.phrase("cause", "died-of")} (dashd why ${f("slot")})` : f.is("expected", true) ? ", as asked" : ""}`,
    zh: (f) =>
      `槽位 ${f("slot")}：进程 ${f("pid")} ${f.is("expected", true) && !f.has("cause") ? "已按要求退出" : "意外退出"}，${f.has("signal") ? `信号 ${f("signal")}` : `退出码 ${f("code")}`}${f.has("cause") ? `：${f.phrase("cause", "died-of")}（详见 dashd why ${f("slot")}）` : ""}`,
  },
  // slot, generation, found
  "log.not-forked": {
    en: (f) => `Slot ${f("slot")}: no process could be made for it: ${f.phrase("found")} (dashd why ${f("slot")})`,
    zh: (f) => `槽位 ${f("slot")}：无法创建进程：${f.phrase("found")}（详见 dashd why ${f("slot")}）`,
  },
  // path, found
  "log.black-box-failed": {
    en: (f) =>
      `The black box of a worker could not be written to ${f("path")}: ${f.phrase("found")}; dashd why will not know of it`,
    zh: (f) => `无法将工作进程的黑匣子写入 ${f("path")}：${f.phrase("found")}；dashd why 将查不到这一次`,
  },
  // path, found
  "log.held-loads-failed": {
    en: (f) =>
      `What a load has shown could not be written to ${f("path")}: ${f.phrase("found")}; it is forgotten when dashd stops`,
    zh: (f) => `无法将压力测试的结果写入 ${f("path")}：${f.phrase("found")}；dashd 停止后将不再保留`,
  },
  // slot, delayMs, failures
  "log.backing-off": {
    en: (f) =>
      `Slot ${f("slot")}: tried again in ${duration(f.number("delayMs"))}, after ${count(f.number("failures"), "failure", "failures")} in a row`,
    zh: (f) => `槽位 ${f("slot")}：已连续失败 ${f("failures")} 次，${duration(f.number("delayMs"))} 后重试`,
  },
  // slot, pid, because
  "log.worker-killed": {
    en: (f) => `Slot ${f("slot")}: killed pid ${f("pid")}${because(f)}`,
    zh: (f) => `槽位 ${f("slot")}：已强制终止进程 ${f("pid")}${becauseZh(f)}`,
  },
  // slot, pid, because, usedMs
  "log.worker-hung": {
    en: (f) =>
      `Slot ${f("slot")}: pid ${f("pid")} hangs, ${f.phrase("because")} for ${duration(f.number("usedMs"))}; it is replaced first, then killed (dashd why ${f("slot")})`,
    zh: (f) =>
      `槽位 ${f("slot")}：进程 ${f("pid")} 已卡死，${f.phrase("because")}达 ${duration(f.number("usedMs"))}；将先启动新进程接替，再强制终止它（详见 dashd why ${f("slot")}）`,
  },
  // slot, pid, because
  "log.worker-draining": {
    en: (f) => `Slot ${f("slot")}: pid ${f("pid")} finishes its requests${because(f)}`,
    zh: (f) => `槽位 ${f("slot")}：进程 ${f("pid")} 正在处理完剩余请求${becauseZh(f)}`,
  },
  // slot, count, because
  "log.asked-back": {
    en: (f) =>
      `Slot ${f("slot")}: asked for ${count(f.number("count"), "idle connection")} to place elsewhere${because(f)}`,
    zh: (f) => `槽位 ${f("slot")}：要求交回 ${f("count")} 个空闲连接，改由其他进程处理${becauseZh(f)}`,
  },
  // slot, app, message, place|null
  "log.app-failed": {
    en: (f) => `Slot ${f("slot")}: the app failed: ${f("message")}${f.has("place") ? ` (at ${f("place")})` : ""}`,
    zh: (f) => `槽位 ${f("slot")}：应用出错：${f("message")}${f.has("place") ? `（位置：${f("place")}）` : ""}`,
  },
  // refused, because
  "log.refused": {
    en: (f) => `Refused ${count(f.number("refused"), "connection")} with 503${because(f)}`,
    zh: (f) => `已用 503 拒绝 ${f("refused")} 个连接${becauseZh(f)}`,
  },
  // pids[]
  "log.leftovers-ended": {
    en: (f) => `Ended what an earlier master had left behind: pid ${f("pids")}`,
    zh: (f) => `已清理上一个主进程遗留的进程：${f("pids")}`,
  },
  // file, bytes
  "log.journal-torn": {
    en: (f) => `The last entry of ${f("file")} was cut off in writing; its ${f("bytes")} bytes are left out`,
    zh: (f) => `${f("file")} 的最后一条记录写入时中断，已忽略其 ${f("bytes")} 字节`,
  },
  // tookMs
  "log.stopped": {
    en: (f) => `Stopped after ${duration(f.number("tookMs"))}`,
    zh: (f) => `已停止，用时 ${duration(f.number("tookMs"))}`,
  },
  // drift[]
  "log.drift": {
    en: (f) => `Declared and effective differ: ${f("drift")}`,
    zh: (f) => `声明值与实际值不一致：${f("drift")}`,
  },
  // path, to
  "log.tls-renewed": {
    en: (f) => `The certificate ${f("path")} was renewed; it is valid until ${f("to")}`,
    zh: (f) => `证书 ${f("path")} 已更新，有效期至 ${f("to")}`,
  },
  // name, path, found
  "log.tls-not-taken": {
    en: (f) =>
      `The new certificate or key is not taken, the old pair stays in force: ${f("name")} (${f("path")}): ${f.phrase("found")}`,
    zh: (f) => `未采用新的证书或私钥，继续使用原有的一对：${f("name")}（${f("path")}）：${f.phrase("found")}`,
  },
  // count, found
  "log.accept-failed": {
    en: (f) => `${count(f.number("count"), "connection")} could not be accepted within a second: ${f.phrase("found")}`,
    zh: (f) => `一秒内有 ${f("count")} 个连接无法接受：${f.phrase("found")}`,
  },
  // slot
  "log.takes-no-connection": {
    en: (f) =>
      `Slot ${f("slot")} took no connection: too many files are open in its program (ulimit -n, or a leak); others have its clients`,
    zh: (f) =>
      `槽位 ${f("slot")} 无法接收连接：其程序打开的文件过多（请检查 ulimit -n 或是否泄漏）；客户端转由其他工作进程服务`,
  },
  // path, found
  "log.seals-not-pruned": {
    en: (f) => `Old copies of the app in ${f("path")} could not be removed: ${f.phrase("found")}`,
    zh: (f) => `无法清理 ${f("path")} 中的旧应用副本：${f.phrase("found")}`,
  },
  // slot, pid, generation
  "log.changed-code": {
    en: (f) =>
      `Slot ${f("slot")}: pid ${f("pid")} loaded code that has changed since generation ${f("generation")} was born`,
    zh: (f) => `槽位 ${f("slot")}：进程 ${f("pid")} 加载的代码与第 ${f("generation")} 代启动时的不同`,
  },
  "log.run-record-failed": {
    en: (f) =>
      `The run record could not be written: ${f.phrase("found")}; after a crash the next start may find no leftovers`,
    zh: (f) => `运行记录写入失败：${f.phrase("found")}；若发生崩溃，下次启动可能无法清理遗留进程`,
  },
};

const because = (f: FactReader): string => (f.has("because") ? `, because: ${f.phrase("because")}` : "");
const becauseZh = (f: FactReader): string => (f.has("because") ? `，原因：${f.phrase("because")}` : "");
