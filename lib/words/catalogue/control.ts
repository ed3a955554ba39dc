import { fixed, type Catalogue } from "../entry.ts";

/** What the control API's two doors and its client have to say. */
export const controlWords: Catalogue = {
  "control.odd-answer": fixed("an answer that is not dashd's", "收到的应答并非来自 dashd"),
  "control.ended-early": fixed("the connection ended before the outcome", "连接在得到结果之前断开"),
  "os.not-a-socket": fixed(
    "something that is no socket stands where the control socket belongs",
    "控制套接字的位置上有一个并非套接字的文件",
  ),
  "os.socket-answers": fixed("another process answers on the control socket", "控制套接字已由另一个进程应答"),
  // port, instead
  "admin.port-taken": {
    en: (f) => `Admin port ${f("port")} is in use; the admin side is on ${f("instead")} this time.`,
    zh: (f) => `管理端口 ${f("port")} 已被占用，本次改用 ${f("instead")}。`,
  },
  // address, reason, count
  "admin.refused": {
    en: (f) => `Admin port: ${f("count")} refused, the last from ${f("address")} (${f.phrase("reason")}).`,
    zh: (f) => `管理端口：拒绝了 ${f("count")} 次请求，最近一次来自 ${f("address")}（${f.phrase("reason")}）。`,
  },
  "admin.no-token": fixed("no token", "没有令牌"),
  "admin.wrong-token": fixed("wrong token", "令牌错误"),
  "admin.tries": fixed("too many tries", "尝试次数过多"),
  "admin.no-session": fixed("its session is over", "会话已结束"),
  "admin.no-key": fixed("an action without the key of its session", "操作缺少会话密钥"),
  "admin.read-only": fixed("the token may only look", "该令牌只读"),
  "admin.origin": fixed("asked for by a page from elsewhere", "请求来自其他来源的页面"),
  "admin.token-in-url": fixed(
    "a token in the URL, where it would end up in histories and logs",
    "令牌出现在 URL 中，会留在浏览历史和日志里",
  ),
  "admin.role-operator": fixed("operator", "管理员"),
  "admin.role-reader": fixed("read-only", "只读"),
  "admin.via-session": fixed("the panel", "监控面板"),
  "admin.via-token": fixed("a token", "令牌"),
  // address, role
  "admin.login": {
    en: (f) => `Panel: login from ${f("address")} (${f.phrase("role")}).`,
    zh: (f) => `监控面板：来自 ${f("address")} 的登录（${f.phrase("role")}）。`,
  },
  // address
  "admin.logout": {
    en: (f) => `Panel: logout from ${f("address")}.`,
    zh: (f) => `监控面板：来自 ${f("address")} 的退出登录。`,
  },
  // via, address, what
  "admin.action": {
    en: (f) => `Asked for through ${f.phrase("via")} from ${f("address")}: ${f("what")}`,
    zh: (f) => `来自 ${f("address")} 的操作（通过${f.phrase("via")}）：${f("what")}`,
  },
  "admin.host": fixed("a Host header that is not this server's", "Host 头与本服务器不符"),
};
