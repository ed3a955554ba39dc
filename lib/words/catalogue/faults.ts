import type { Catalogue } from "../entry.ts";
import type { FactReader } from "../fact-reader.ts";
import { orList } from "../format.ts";

/** Faults of profiles and settings: details of E_PROFILE and E_SETTING. `kind`, `min`, `max`, `choices`: what is allowed. */
export const faultWords: Catalogue = {
  // file, line, column, found ("" at the end of the file)
  "fault.json": {
    en: (f) =>
      `${f("file")}:${f("line")}:${f("column")}: no valid JSON: found ${f.has("found") ? f("found") : "the end of the file"}`,
    zh: (f) =>
      `${f("file")}:${f("line")}:${f("column")}：JSON 语法错误：此处为${f.has("found") ? ` ${f("found")}` : "文件末尾"}`,
  },
  // file, found
  "fault.unreadable": {
    en: (f) => `${f("file")}: cannot be read: ${f.phrase("found")}`,
    zh: (f) => `${f("file")}：无法读取：${f.phrase("found")}`,
  },
  // file
  "fault.ladder-empty": {
    en: (f) => `${f("file")}: holds no stage; expected at least one stage-N.json`,
    zh: (f) => `${f("file")}：没有任何阶段；至少需要一个 stage-N.json`,
  },
  // file
  "fault.file-name": {
    en: (f) => `${f("file")}: looks like a stage, but is not named like one; expected stage-N.json, N from 1 to 999`,
    zh: (f) => `${f("file")}：看起来是阶段配置，但文件名不符；应为 stage-N.json，N 为 1 至 999`,
  },
  // file, path, found, expected
  "fault.stage-number": {
    en: (f) => `${f("file")}: ${f("path")} is ${f("found")}; expected ${f("expected")}, as the file is named`,
    zh: (f) => `${f("file")}：${f("path")} 为 ${f("found")}；应与文件名一致，为 ${f("expected")}`,
  },
  // file, path, suggestion|null
  "fault.unknown-key": {
    en: (f) =>
      `${f("file")}: ${f("path")} is unknown${f.has("suggestion") ? `; did you mean ${f("suggestion")}?` : ""}`,
    zh: (f) => `${f("file")}：${f("path")} 是未知字段${f.has("suggestion") ? `；您是否想写 ${f("suggestion")}？` : ""}`,
  },
  // file, path, and what is allowed
  "fault.missing": {
    en: (f) => `${f("file")}: ${f("path")} is missing; expected ${allowedEn(f)}`,
    zh: (f) => `${f("file")}：缺少 ${f("path")}；应为${allowedZh(f)}`,
  },
  // file, path ("" for the whole file), found, and what is allowed
  "fault.value": {
    en: (f) => `${f("file")}: ${f.has("path") ? f("path") : "the content"} is ${f("found")}; expected ${allowedEn(f)}`,
    zh: (f) => `${f("file")}：${f.has("path") ? f("path") : "内容"} 为 ${f("found")}；应为${allowedZh(f)}`,
  },
  // file, path, found, relation, other, otherFound
  "fault.relation": {
    en: (f) =>
      `${f("file")}: ${f("path")} is ${f("found")}; expected ${relationEn(f)} ${f("other")} (${f("otherFound")})`,
    zh: (f) => `${f("file")}：${f("path")} 为 ${f("found")}；${relationZh(f)} ${f("other")}（${f("otherFound")}）`,
  },
  // file, path, found, workers
  "fault.pool-too-small": {
    en: (f) =>
      `${f("file")}: ${f("path")} is ${f("found")}; expected 0, or at least one for each of the ${f("workers")} workers`,
    zh: (f) => `${f("file")}：${f("path")} 为 ${f("found")}；应为 0，或至少让 ${f("workers")} 个工作进程各有一个连接`,
  },
  // file, path, found, known[]
  "fault.extends-unknown": {
    en: (f) =>
      `${f("file")}: ${f("path")} is ${f("found")}; expected a stage that exists: ${orList(f.list("known"), " or ")}`,
    zh: (f) => `${f("file")}：${f("path")} 为 ${f("found")}，该阶段不存在；可用的阶段：${f.list("known").join("、")}`,
  },
  // file, path, cycle[]
  "fault.extends-cycle": {
    en: (f) => `${f("file")}: ${f("path")} runs in a circle: ${f.list("cycle").join(" → ")}; expected an end`,
    zh: (f) => `${f("file")}：${f("path")} 形成循环：${f.list("cycle").join(" → ")}；继承关系必须有终点`,
  },
  // name, source, found (null: a secret), and what is allowed
  "fault.setting": {
    en: (f) =>
      `${f("name")} (${f.phrase("source")}) ${f.has("found") ? `is ${f("found")}` : "holds a value that is not shown"}; expected ${allowedEn(f)}`,
    zh: (f) =>
      `${f("name")}（${f.phrase("source")}）${f.has("found") ? `为 ${f("found")}` : "的值（不予显示）无效"}；应为${allowedZh(f)}`,
  },
  // name, variable
  "fault.secret-on-command-line": {
    en: (f) =>
      `${f("name")} holds a password that every user of this host could read in the process list; expected it in ${f("variable")}`,
    zh: (f) => `${f("name")} 含有密码，本机所有用户都能在进程列表中看到；请改用环境变量 ${f("variable")}`,
  },
  // name, other, found
  "fault.same-port": {
    en: (f) => `${f("name")} is ${f("found")}, and so is ${f("other")}; expected two ports`,
    zh: (f) => `${f("name")} 与 ${f("other")} 同为 ${f("found")}；两者应使用不同端口`,
  },
  // name, other
  "fault.lone-tls-file": {
    en: (f) => `${f("name")} is set, ${f("other")} is not; expected both, or neither`,
    zh: (f) => `设置了 ${f("name")}，却没有设置 ${f("other")}；两者须同时设置，或都不设置`,
  },
  "fault.same-token": {
    en: () =>
      "DASHD_ADMIN_TOKEN and DASHD_ADMIN_READ_TOKEN are the same; expected two, since one of them may change things and the other may not",
    zh: () => "DASHD_ADMIN_TOKEN 与 DASHD_ADMIN_READ_TOKEN 相同；二者权限不同，应使用两个不同的令牌",
  },
  // path, found, stage, connections
  "fault.workers-over-connections": {
    en: (f) =>
      `${f("path")} is ${f("found")}; expected at most the ${f("connections")} connections of stage ${f("stage")}`,
    zh: (f) => `${f("path")} 为 ${f("found")}；不得超过阶段 ${f("stage")} 的连接数 ${f("connections")}`,
  },
  // file, path
  "fault.config-value": {
    en: (f) => `${f("file")}: ${f("path")} is neither a text, a number nor a list of texts; expected one of them`,
    zh: (f) => `${f("file")}：${f("path")} 的类型不符；应为文本、数字或文本列表`,
  },
  // file, line, found
  "fault.env-line": {
    en: (f) => `${f("file")}:${f("line")}: ${f("found")} has no value; expected ${f("found")}=…`,
    zh: (f) => `${f("file")}:${f("line")}：${f("found")} 没有值；应写作 ${f("found")}=…`,
  },
};

const relationEn = (f: FactReader): string =>
  f.is("relation", "at-most") ? "at most" : f.is("relation", "below") ? "less than" : "more than";

const relationZh = (f: FactReader): string =>
  f.is("relation", "at-most") ? "不得大于" : f.is("relation", "below") ? "必须小于" : "必须大于";

const allowedEn = (f: FactReader): string => {
  const what = Object.hasOwn(kindsEn, f("kind")) ? (kindsEn[f("kind")]?.(f) ?? f("kind")) : f("kind");
  return [what, f.has("orWord") ? `"${f("orWord")}"` : "", f.is("orNull", true) ? "null" : ""]
    .filter((part) => part !== "")
    .join(" or ");
};

const allowedZh = (f: FactReader): string => {
  const what = Object.hasOwn(kindsZh, f("kind")) ? (kindsZh[f("kind")]?.(f) ?? f("kind")) : f("kind");
  return [what, f.has("orWord") ? `"${f("orWord")}"` : "", f.is("orNull", true) ? "null" : ""]
    .filter((part) => part !== "")
    .join("或 ");
};

type Kinds = Readonly<Record<string, (f: FactReader) => string>>;

const kindsEn: Kinds = {
  integer: (f) => `a whole number${rangeEn(f)}`,
  number: (f) => `a number${rangeEn(f)}`,
  string: () => "a text that is not empty",
  boolean: () => "true or false",
  object: () => "an object { … }",
  array: () => "a list with at least one entry",
  choice: (f) => orList(f.list("choices"), " or "),
  path: () => "a path",
  host: () => "an IP address or a host name",
  share: () => "a share from 0 to 1, like 0.1",
  "http-method": () => "a method in capitals, like GET",
  "request-path": () => 'a path that begins with "/"',
  "url-path": () => 'a path that begins with one "/"',
  "health-paths": () => '"off", or two different paths like /healthz,/readyz',
  "names-below": () => "names of files or folders below the app's own, with commas between, like uploads,board.db",
  addresses: () => "addresses and ranges with commas between, like 10.0.0.0/8,::1, or the word loopback",
  token: () => "1 to 512 printable ASCII characters without blanks",
  url: () => "a URL without blanks",
  word: () => "a name without blanks",
  "redis-url": () => "redis://host:port/db, rediss://… (TLS), unix:///path or a plain path",
  "redis-sentinels": () => "host:port, separated by commas",
  "upstream-url": () => "http://host:port, https://host:port or unix:/path, without user, password, path or query",
};

const kindsZh: Kinds = {
  integer: (f) => `整数${rangeZh(f)}`,
  number: (f) => `数字${rangeZh(f)}`,
  string: () => "非空文本",
  boolean: () => " true 或 false",
  object: () => "对象 { … }",
  array: () => "至少含一项的列表",
  choice: (f) => ` ${orList(f.list("choices"), " 或 ")}`,
  path: () => "文件路径",
  host: () => " IP 地址或主机名",
  share: () => "0 到 1 之间的比例，例如 0.1",
  "http-method": () => "大写的请求方法，例如 GET",
  "request-path": () => '以 "/" 开头的路径',
  "url-path": () => '以单个 "/" 开头的路径',
  "health-paths": () => ' "off"，或两个不同的路径，例如 /healthz,/readyz',
  "names-below": () => "应用目录下的文件或目录名，以逗号分隔，例如 uploads,board.db",
  addresses: () => "以逗号分隔的地址或网段，例如 10.0.0.0/8,::1，也可用 loopback",
  token: () => " 1 至 512 个不含空格的可打印 ASCII 字符",
  url: () => "不含空格的 URL",
  word: () => "不含空格的名称",
  "redis-url": () => " redis://主机:端口/库号、rediss://…（TLS）、unix:///路径，或套接字路径",
  "redis-sentinels": () => "以逗号分隔的 host:port",
  "upstream-url": () => " http://host:port、https://host:port 或 unix:/path，不含用户名、密码、路径和查询参数",
};

const rangeEn = (f: FactReader): string => {
  if (f.has("min") && f.has("max")) return ` from ${f("min")} to ${f("max")}`;
  return f.has("min") ? ` of at least ${f("min")}` : "";
};

const rangeZh = (f: FactReader): string => {
  if (f.has("min") && f.has("max")) return `（${f("min")} 至 ${f("max")}）`;
  return f.has("min") ? `（不小于 ${f("min")}）` : "";
};
