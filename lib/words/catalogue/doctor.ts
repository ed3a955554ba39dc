import { fixed, type Catalogue } from "../entry.ts";
import type { FactReader } from "../fact-reader.ts";

/** What `dashd doctor` says: about a server's settings against a stage, and about setting them. */
export const doctorWords: Catalogue = {
  "cli.summary-doctor": fixed(
    "the host, Redis and PostgreSQL against a stage",
    "对照阶段检查主机、Redis 与 PostgreSQL",
  ),
  "cli.flag-doctor-stage": fixed(
    "the stage to check against [default: the one in force]",
    "要对照的阶段 [默认：当前生效的阶段]",
  ),
  "cli.flag-fix": fixed(
    "set on the running Redis what can be set, after saying so",
    "先说明，再对运行中的 Redis 直接修改可在线修改的设置",
  ),
  "word.subject": fixed("SUBJECT", "检查项"),
  "word.found": fixed("FOUND", "实际"),
  "word.needed": fixed("NEEDED", "需要"),
  "doctor-level.ok": fixed("ok", "正常"),
  "doctor-level.warn": fixed("warning", "警告"),
  "doctor-level.refuse": fixed("refused", "拒绝"),
  "doctor-level.off": fixed("off", "未启用"),
  "doctor-level.unknown": fixed("unknown", "未知"),
  // service, variable
  "doctor.unlooked-at": {
    en: (f) =>
      `The instance that runs here uses ${f("service")}, which this shell does not name (${f("variable")}): it was not looked at.`,
    zh: (f) => `此处运行的实例使用 ${f("service")}，但当前终端未设置 ${f("variable")}，因此未检查。`,
  },
  // stage, warnings, refusals
  "doctor.verdict": {
    en: (f) =>
      f.is("refusals", 0) && f.is("warnings", 0)
        ? `Stage ${f("stage")}: all is as it should be`
        : `Stage ${f("stage")}: refused ${f("refusals")}, warnings ${f("warnings")}`,
    zh: (f) =>
      f.is("refusals", 0) && f.is("warnings", 0)
        ? `阶段 ${f("stage")}：一切正常`
        : `阶段 ${f("stage")}：拒绝 ${f("refusals")} 项，警告 ${f("warnings")} 项`,
  },
  // found, needed
  "doctor.redis.maxMemoryMb": {
    en: (f) => `CONFIG SET maxmemory ${f("needed")}mb${fileEn}`,
    zh: (f) => `CONFIG SET maxmemory ${f("needed")}mb${fileZh}`,
  },
  "doctor.redis.policy": {
    en: (f) => `CONFIG SET maxmemory-policy ${f("needed")}${fileEn}`,
    zh: (f) => `CONFIG SET maxmemory-policy ${f("needed")}${fileZh}`,
  },
  "doctor.redis.persistence": {
    en: (f) => `${persistenceCommands(f)}${fileEn}`,
    zh: (f) => `${persistenceCommands(f)}${fileZh}`,
  },
  "doctor.redis.replicated": fixed(
    "no replica is connected: a lost Redis would be gone; add one with REPLICAOF, and Sentinels for the failover",
    "没有已连接的副本，Redis 一旦故障数据即丢失；请用 REPLICAOF 增加副本，并部署哨兵以实现故障切换",
  ),
  "doctor.redis.maxclients": {
    en: (f) =>
      `CONFIG SET maxclients ${f("needed")}: each worker holds two connections (its cache listens on the second), in a change twice as many workers are there`,
    zh: (f) =>
      `CONFIG SET maxclients ${f("needed")}：每个工作进程占用两个连接（第二个供缓存接收失效通知），变更期间工作进程数加倍`,
  },
  // usedMb, needed
  "doctor.redis.more-used": {
    en: (f) =>
      `${f("usedMb")} MB are in use: a limit of ${f("needed")} MB would drop keys at once, so it is left to you (CONFIG SET maxmemory ${f("needed")}mb)`,
    zh: (f) =>
      `已使用 ${f("usedMb")} MB：设为 ${f("needed")} MB 会立即淘汰部分键，请自行决定（CONFIG SET maxmemory ${f("needed")}mb）`,
  },
  // subject
  "doctor.unreadable": {
    en: (f) => `the server does not let this user read it (CONFIG GET, INFO): look at ${f("subject")} yourself`,
    zh: (f) => `服务器不允许该用户读取（CONFIG GET、INFO）：请自行核对 ${f("subject")}`,
  },
  // found, needed, budget, instances, reserved, usedByOthers
  "doctor.postgres.rolling": {
    en: (f) =>
      `two generations of the pool do not fit (${sumEn(f)}): a change rolls in steps that do; max_connections = ${f("needed")} or more has room for both`,
    zh: (f) =>
      `无法同时容纳两代连接池（${sumZh(f)}）：变更将按放得下的步骤滚动进行；将 max_connections 设为 ${f("needed")} 或更大即可同时容纳`,
  },
  "doctor.postgres.too-few": {
    en: (f) =>
      `the pool does not fit (${sumEn(f)}): set max_connections = ${f("needed")} or more and restart PostgreSQL, or take a smaller stage`,
    zh: (f) =>
      `连接池无法容纳（${sumZh(f)}）：请将 max_connections 设为 ${f("needed")} 或更大并重启 PostgreSQL，或改用较小的阶段`,
  },
  // found, needed
  "doctor.postgres.server-max": {
    en: (f) => `the stage counts on a server with max_connections = ${f("needed")}, this one allows ${f("found")}`,
    zh: (f) => `该阶段按 max_connections = ${f("needed")} 规划，此服务器仅允许 ${f("found")}`,
  },
  // name, value, address
  "doctor.fixing": {
    en: (f) => `Redis ${f("address")}: CONFIG SET ${f("name")} "${f.has("value") ? f("value") : ""}"`,
    zh: (f) => `对 Redis ${f("address")} 执行：CONFIG SET ${f("name")} "${f.has("value") ? f("value") : ""}"`,
  },
  "doctor.fixed-until-restart": fixed(
    "Set on the running server only: write it into its configuration file too, or a restart brings the old values back",
    "以上修改仅对运行中的服务器生效：请同时写入其配置文件，否则重启后将恢复旧值",
  ),
  // name, detail
  "doctor.fix-forbidden": {
    en: (f) => `CONFIG SET ${f("name")} is not allowed for this user: ask whoever runs the server (${f("detail")})`,
    zh: (f) => `该用户无权执行 CONFIG SET ${f("name")}：请联系服务器管理员（${f("detail")}）`,
  },
  "doctor.fix-refused": {
    en: (f) => `the server refused CONFIG SET ${f("name")}: ${f("detail")}`,
    zh: (f) => `服务器拒绝了 CONFIG SET ${f("name")}：${f("detail")}`,
  },
};

const persistenceCommands = (f: FactReader): string =>
  f.is("needed", "on") ? "CONFIG SET appendonly yes" : 'CONFIG SET save "" + CONFIG SET appendonly no';

const fileEn = " (and in its configuration file)";
const fileZh = "（并写入其配置文件）";

const sumEn = (f: FactReader): string =>
  `budget ${f("budget")}, instances ${f("instances")}, reserved ${f("reserved")}, others ${f("usedByOthers")}; the server allows ${f("found")}`;
const sumZh = (f: FactReader): string =>
  `预算 ${f("budget")}，实例 ${f("instances")}，保留 ${f("reserved")}，其他连接 ${f("usedByOthers")}；服务器允许 ${f("found")}`;
