import type { Catalogue } from "../entry.ts";
import type { FactReader } from "../fact-reader.ts";
import { percent } from "../format.ts";

/** What to do about an indicator that is not well. Facts: `nextStage` (null at the top of the ladder), `value`, `level`. */
export const adviceWords: Catalogue = {
  "advice.cpu": {
    en: (f) => `The host's CPU is short: look for a hot worker in the table above, or ${biggerEn(f)}.`,
    zh: (f) => `主机 CPU 紧张：请在上表中查找最忙的工作进程，或${biggerZh(f)}。`,
  },
  "advice.memory": {
    en: () =>
      "The host's memory is short: look at the workers' memory, then at what else runs here; a lower stage needs less.",
    zh: () => "主机内存紧张：请检查各工作进程及本机其他程序的内存占用；较低的阶段需要的内存更少。",
  },
  "advice.diskIo": {
    en: () => "The disk is busy: look at what writes, the app's own files and logs first; an SSD helps.",
    zh: () => "磁盘繁忙：请先检查应用写入的文件与日志；使用固态硬盘会有改善。",
  },
  "advice.responseP95": {
    en: (f) => `Answers are slow: look for slow queries and missing caching, or ${biggerEn(f)}.`,
    zh: (f) => `响应缓慢：请检查慢查询与缓存，或${biggerZh(f)}。`,
  },
  "advice.errors": {
    en: () => "Many answers are errors: `dashd logs --level error` shows them.",
    zh: () => "错误响应偏多：用 `dashd logs --level error` 查看。",
  },
  // state
  "advice.redis": {
    en: (f) =>
      `Redis is ${f.phrase("state", "service")}: look at its server; the app runs without its cache meanwhile.`,
    zh: (f) => `Redis 状态为「${f.phrase("state", "service")}」：请检查其服务器；在此期间应用不使用缓存。`,
  },
  "advice.redisHitRate": {
    en: (f) =>
      `Only ${percent(f.number("value"))} of look-ups hit the cache: lifetimes may be too short, or its memory too small.`,
    zh: (f) => `缓存命中率仅 ${percent(f.number("value"))}：有效期可能过短，或内存过小。`,
  },
  "advice.redisMemory": {
    en: () => "Redis is nearly full and will drop entries: give it more memory, or shorten lifetimes.",
    zh: () => "Redis 内存即将用尽，将开始淘汰条目：请增加内存或缩短有效期。",
  },
  "advice.postgresPool": {
    en: () =>
      "The PostgreSQL pool is nearly all in use: look for long queries and connections that are not given back.",
    zh: () => "PostgreSQL 连接池即将用尽：请检查长时间运行的查询和未归还的连接。",
  },
  "advice.busyWorkers": {
    en: (f) => `Nearly every worker is at its limit; requests wait. If this lasts, ${biggerEn(f)}.`,
    zh: (f) => `几乎所有工作进程都已满负荷，请求需要排队。若持续如此，请${biggerZh(f)}。`,
  },
  // refused
  "advice.connections": {
    en: (f) =>
      f.is("level", "critical")
        ? `${f("refused")} clients were refused in the last minute: ${biggerEn(f)}.`
        : `Clients wait at the door for a free connection. If this lasts, ${biggerEn(f)}.`,
    zh: (f) =>
      f.is("level", "critical")
        ? `最近一分钟有 ${f("refused")} 个客户端被拒绝：请${biggerZh(f)}。`
        : `有客户端在入口等待空闲连接。若持续如此，请${biggerZh(f)}。`,
  },
  "advice.waiting": {
    en: (f) => `Many requests wait for their turn. If this lasts, ${biggerEn(f)}.`,
    zh: (f) => `大量请求正在等待处理。若持续如此，请${biggerZh(f)}。`,
  },
  // value, max
  "advice.users": {
    en: (f) => `${f("value")} users are more than the ${f("max")} this stage is for: ${biggerEn(f)}.`,
    zh: (f) => `当前 ${f("value")} 位用户，超过本阶段面向的 ${f("max")} 位：请${biggerZh(f)}。`,
  },
};

const biggerEn = (f: FactReader): string =>
  f.has("nextStage")
    ? `go to stage ${f("nextStage")}: dashd stage ${f("nextStage")}`
    : "give it a larger host, or a second one";

const biggerZh = (f: FactReader): string =>
  f.has("nextStage") ? `切换到阶段 ${f("nextStage")}（dashd stage ${f("nextStage")}）` : "换用更大的主机，或增加一台";
