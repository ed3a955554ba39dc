import { fixed, type Catalogue } from "../entry.ts";
import { UNKNOWN, type FactReader } from "../fact-reader.ts";
import { duration, milliseconds, percent } from "../format.ts";

/** What `dashd dev` says: in its banner, its log, its status, and on the page of an app that does not run. */
export const devWords: Catalogue = {
  "banner.dev-mode": fixed(
    "🛠️ [debug] dashd dev: this is NOT a production server",
    "🛠️ [调试模式] dashd dev：这不是生产服务器",
  ),
  "banner.dev-config": fixed(
    "   One worker, no limits, full errors, restart on change. What differs: dashd help modes",
    "   单个工作进程，不设限制，显示完整错误，代码变化即重启。与生产模式的区别：dashd help modes",
  ),
  // app
  "banner.dev-app": { en: (f) => `   App: ${f("app")}`, zh: (f) => `   应用: ${f("app")}` },
  // address
  "banner.dev-inspector": {
    en: (f) => `   Debugger: ${f("address")} (chrome://inspect)`,
    zh: (f) => `   调试器: ${f("address")}（chrome://inspect）`,
  },
  // command
  "banner.dev-production": {
    en: (f) => `   In production: ${f("command")}`,
    zh: (f) => `   生产环境请用: ${f("command")}`,
  },

  "dev.serving": fixed(
    "DEBUG MODE, not for production: one worker, no limits enforced, errors are shown to clients",
    "调试模式，不可用于生产：单个工作进程，不执行任何限制，错误会显示给客户端",
  ),
  // generation, tookMs|null
  "dev.ready": {
    en: (f) =>
      `The app is ready (start ${f("generation")})${f.has("tookMs") ? ` after ${duration(f.number("tookMs"))}` : ""}`,
    zh: (f) =>
      `应用已就绪（第 ${f("generation")} 次启动）${f.has("tookMs") ? `，用时 ${duration(f.number("tookMs"))}` : ""}`,
  },
  // files[], more: beyond those
  "dev.restarting": {
    en: (f) => `Changed: ${f("files")}${more(f) > 0 ? ` and ${more(f)} more` : ""}; the app starts anew`,
    zh: (f) =>
      `代码有变化：${f.list("files").join("、") || UNKNOWN}${more(f) > 0 ? ` 等 ${more(f) + f.list("files").length} 个文件` : ""}；重新启动应用`,
  },
  // by
  "dev.restart-asked": {
    en: (f) => `The app starts anew, as ${f("by")} asked`,
    zh: (f) => `应 ${f("by")} 的要求，重新启动应用`,
  },
  // app, message: how
  "dev.app-ended": {
    en: (f) => `The app ${f("app")} ended while it served: ${f("message")}.`,
    zh: (f) => `应用 ${f("app")} 在运行中退出：${f("message")}。`,
  },
  "dev.waiting": fixed(
    "Clients are shown the error; the next save (or dashd reload) starts the app again",
    "客户端将看到该错误；下次保存代码（或执行 dashd reload）会重新启动应用",
  ),
  // file
  "dev.writes-own-code": {
    en: (f) => `The app itself writes ${f("file")} each time it starts: that alone does not restart it any more`,
    zh: (f) => `应用每次启动都会改写 ${f("file")}：此后仅凭这一改动不再重启`,
  },
  "dev.page-title": fixed("The app does not run", "应用未能运行"),
  "dev.page-next": fixed(
    "This is dashd dev. Save the corrected code, then load this page again.",
    "这里是 dashd dev。保存修正后的代码，再重新加载本页。",
  ),

  // ok, state, generation, ready, workers, connections, held, p95Ms, errorRate, postgres, redis
  "status.summary-dev": {
    en: (f) =>
      [
        `DEV${f.is("ok", true) ? "" : ` ${f("state").toUpperCase()}`} not production, nothing enforced`,
        `start ${f("generation")}`,
        `${f("ready")}/${f("workers")} workers`,
        `${f("connections")} connections`,
        `${f("held")} held`,
        `p95 ${milliseconds(f.number("p95Ms"))}`,
        `errors ${percent(f.number("errorRate"))}`,
        `PG ${f("postgres")}`,
        `Redis ${f("redis")}`,
      ].join(" · "),
    zh: (f) =>
      [
        `调试模式${f.is("ok", true) ? "" : `（${f.phrase("state")}）`} 非生产，不执行限制`,
        `第 ${f("generation")} 次启动`,
        `工作进程 ${f("ready")}/${f("workers")}`,
        `连接 ${f("connections")}`,
        `等待接入 ${f("held")}`,
        `p95 ${milliseconds(f.number("p95Ms"))}`,
        `错误率 ${percent(f.number("errorRate"))}`,
        `PG ${f("postgres")}`,
        `Redis ${f("redis")}`,
      ].join(" · "),
  },
  "status.not-enforced": fixed(
    "Debug mode: no limit is declared, and none is enforced. Against production: dashd help modes",
    "调试模式：没有声明任何限制，也不执行任何限制。与生产模式的区别：dashd help modes",
  ),

  // host
  "warning.dev-open": {
    en: (f) =>
      `Debug mode listens on ${f("host")}, beyond this machine: others can read its errors, paths and stacks included`,
    zh: (f) => `调试模式正监听 ${f("host")}，本机以外也能访问：他人可以看到包含路径和调用栈的错误信息`,
  },
  // address
  "warning.dev-inspector-open": {
    en: (f) => `Whoever reaches the debugger at ${f("address")} can run any code here`,
    zh: (f) => `任何能连上调试器 ${f("address")} 的人，都可以在本机执行任意代码`,
  },
  // found
  "warning.no-inspector": {
    en: (f) =>
      `${f("found")} in NODE_OPTIONS is not passed on to workers, which would all open one port; use dashd dev --inspect`,
    zh: (f) => `NODE_OPTIONS 中的 ${f("found")} 不会传给工作进程（否则它们会争用同一端口）；请改用 dashd dev --inspect`,
  },
  // found
  "warning.node-env": {
    en: (f) =>
      `NODE_ENV is ${f("found")} in production: frameworks then show errors with stacks to clients; unset it, or use dashd dev`,
    zh: (f) =>
      `生产模式下 NODE_ENV 却为 ${f("found")}：框架会向客户端显示带调用栈的错误；请取消该变量，或使用 dashd dev`,
  },
  // found
  "warning.dev-node-env": {
    en: (f) => `NODE_ENV is ${f("found")} in debug mode: frameworks then hide their errors`,
    zh: (f) => `调试模式下 NODE_ENV 却为 ${f("found")}：框架会隐藏错误详情`,
  },
};

const more = (f: FactReader): number => f.number("more") ?? 0;
