import type { Catalogue } from "../entry.ts";

/** Worth a line at start and in status; no reason to refuse. */
export const warningWords: Catalogue = {
  // name, source, suggestion|null
  "warning.unknown-variable": {
    en: (f) => `${f("name")} (${f.phrase("source")}) is no setting of dashd and has no effect${f.has("suggestion") ? `; did you mean ${f("suggestion")}?` : ""}`,
    zh: (f) => `${f("name")}（${f.phrase("source")}）不是 dashd 的设置，不起作用${f.has("suggestion") ? `；您是否想写 ${f("suggestion")}？` : ""}`,
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
  // slot, crashes, delayMs
  "warning.crash-loop": {
    en: (f) => `Slot ${f("slot")} crashed ${f("crashes")} times in a row and is tried again later`,
    zh: (f) => `槽位 ${f("slot")} 已连续崩溃 ${f("crashes")} 次，稍后会再次尝试启动`,
  },
  // detail
  "warning.memory-session": {
    en: () => "The app keeps sessions in memory, so each worker has its own; keep them in Redis",
    zh: () => "应用把会话保存在内存中，各工作进程互不共享；请改用 Redis 保存会话",
  },
  "warning.socketio-polling": {
    en: () => "socket.io polling needs all requests of a client in one worker; allow the websocket transport only",
    zh: () => "socket.io 轮询要求同一客户端的请求都由同一进程处理；请只启用 websocket 传输",
  },
  // code, detail
  "warning.app": {
    en: (f) => `The app: ${f("detail")}`,
    zh: (f) => `应用提示：${f("detail")}`,
  },
};
