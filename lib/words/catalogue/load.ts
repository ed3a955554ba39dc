import { fixed, type Catalogue } from "../entry.ts";
import type { FactReader } from "../fact-reader.ts";
import { count, milliseconds, percent } from "../format.ts";

/** `dashd load`: its flags, its figures and its verdict. */
export const loadWords: Catalogue = {
  "cli.summary-load": fixed(
    "load test with users as browsers are, judged by the stage's promise",
    "以浏览器式用户进行压力测试，并对照阶段承诺给出结论",
  ),
  "cli.flag-load-users": fixed("how many users", "用户数"),
  "cli.flag-load-seconds": fixed("how long, the ramp included [default: 30]", "持续秒数，含爬升期 [默认：30]"),
  "cli.flag-load-ramp": fixed(
    "seconds until all users are there; judged is what follows [default: a third, at most 10]",
    "用户全部到齐所用的秒数，只评判其后的数据 [默认：三分之一，至多 10]",
  ),
  "cli.flag-load-url": fixed("another address than the running instance", "目标地址 [默认：正在运行的实例]"),
  "cli.flag-load-scenario": fixed(
    "a JSON file of requests (path, method, weight, thinkSec, expect, with) instead of reading the page",
    "以 JSON 文件指定请求（path、method、weight、thinkSec、expect、with），不再读取页面",
  ),
  "cli.flag-load-think": fixed(
    "median seconds between two visits of a user [default: 5]",
    "同一用户两次访问间隔的中位秒数 [默认：5]",
  ),
  "cli.flag-load-timeout": fixed(
    "seconds without an answer that fail a request [default: 60]",
    "多少秒无应答即视为失败 [默认：60]",
  ),
  "cli.flag-load-seed": fixed("what chance starts from [default: 1]", "随机种子 [默认：1]"),
  "cli.flag-load-stage": fixed("judge by the promise of this stage", "按此阶段的承诺评判"),
  "cli.flag-load-html": fixed("write a report with charts to this file", "将带图表的报告写入此文件"),
  "cli.flag-load-insecure": fixed("accept any certificate", "接受任何证书"),
  "cli.expected-url": fixed("an http or https address", "http 或 https 地址"),
  "cli.expected-load-bounds": fixed("at most 5000 users for at most 3600 seconds", "至多 5000 个用户、3600 秒"),
  "cli.expected-load-timeout": fixed("more than 0 and at most 3600 seconds", "大于 0 且不超过 3600 的秒数"),
  "cli.expected-load-ramp": fixed("a ramp shorter than the whole", "短于总时长的爬升期"),
  "cli.expected-writable-file": fixed("a file that can be written", "可写入的文件"),
  "cli.expected-no-folder": fixed("a file, and this is a folder", "一个文件，而它是目录"),
  "cli.expected-plain-file": fixed("an ordinary file", "普通文件"),
  "cli.expected-existing-folder": fixed("a file in a folder that exists", "位于已有目录中的文件"),
  // users, seconds, ramp, url, seed, from, visits, parts
  "load.begins": {
    en: (f) =>
      `${count(f.number("users"), "user")} on ${f("url")} for ${f("seconds")} s (ramp ${f("ramp")} s, seed ${f("seed")}): ${
        f.is("from", "page")
          ? `the page and ${f("parts")} that belong to it`
          : `${count(f.number("visits"), "request")} of the scenario`
      }`,
    zh: (f) =>
      `${f("users")} 个用户访问 ${f("url")}，持续 ${f("seconds")} 秒（爬升 ${f("ramp")} 秒，种子 ${f("seed")}）：${
        f.is("from", "page") ? `页面及其 ${f("parts")} 个附属请求` : `场景中的 ${f("visits")} 种请求`
      }`,
  },
  // seconds, users, perSec, p95Ms, errors, requests
  "load.progress": {
    en: (f) =>
      `${f("seconds")} s · ${count(f.number("users"), "user")} · ${f("perSec")} requests/s · p95 ${milliseconds(f.number("p95Ms"))} · ${count(f.number("errors"), "error")}`,
    zh: (f) =>
      `${f("seconds")} 秒 · ${f("users")} 用户 · 每秒 ${f("perSec")} 个请求 · p95 ${milliseconds(f.number("p95Ms"))} · ${f("errors")} 个错误`,
  },
  // users, seconds, rampSec, requests, ok, okRate, visits, bytes, perSec, lost
  "load.figures": {
    en: (f) =>
      `${count(f.number("requests"), "request")} in ${count(f.number("visits"), "visit")} after the ramp, ${f("perSec")} a second, ${percent(f.number("okRate"))} as expected, ${f("lost")} lost`,
    zh: (f) =>
      `爬升期后共 ${f("visits")} 次访问、${f("requests")} 个请求，每秒 ${f("perSec")} 个，符合预期的占 ${percent(f.number("okRate"))}，丢失 ${f("lost")} 个`,
  },
  "load.more-errors": { en: (f) => `… and ${f("count")} kinds more`, zh: (f) => `……另有 ${f("count")} 种` },
  // utilization, loopLagP99Ms
  "load.limited": {
    en: (f) =>
      `The generator itself was at its limit (${percent(f.number("utilization"))} busy, late by ${milliseconds(f.number("loopLagP99Ms"))}): slow answers may be its own. Use fewer users, or run it on another machine (--url).`,
    zh: (f) =>
      `压力发生器自身已到极限（忙碌 ${percent(f.number("utilization"))}，延迟 ${milliseconds(f.number("loopLagP99Ms"))}）：响应变慢可能由它引起。请减少用户数，或在另一台机器上运行（--url）。`,
  },
  "load.no-verdict": fixed(
    "Nothing is promised of this address: --stage N judges it by a stage",
    "此地址没有承诺可对照：用 --stage N 按某一阶段评判",
  ),
  "load.nothing-measured": fixed(
    "Nobody asked for anything after the ramp, so there is nothing to judge: --seconds makes it longer",
    "爬升期后没有任何请求，无法评判：请用 --seconds 延长时间",
  ),
  // seconds
  "load.interrupted": {
    en: (f) => `Interrupted after ${f("seconds")} s: nothing was judged.`,
    zh: (f) => `${f("seconds")} 秒后中断：未做评判。`,
  },
  // users, beyond
  "load.promise": {
    en: (f) =>
      `Promise for ${f("users")} users${f.is("beyond", true) ? ", the most the stage promises anything for" : ""}:`,
    zh: (f) => `面向 ${f("users")} 个用户的承诺${f.is("beyond", true) ? "（该阶段承诺的上限）" : ""}：`,
  },
  // name, expected, found, kept
  "load.verdict-line": {
    en: (f) =>
      `  ${f.is("kept", true) ? "✔" : "✘"} ${f.phrase("name")}: expected ${atMostEn(f)}${f("expected")}, found ${f("found")}`,
    zh: (f) =>
      `  ${f.is("kept", true) ? "✔" : "✘"} ${f.phrase("name")}：应${atMostZh(f)} ${f("expected")}，实测 ${f("found")}`,
  },
  "load.kept": fixed("The promise was kept.", "承诺已兑现。"),
  "load.not-kept": fixed("The promise was not kept.", "承诺未兑现。"),
  "load.written": { en: (f) => `Written: ${f("file")}`, zh: (f) => `已写入：${f("file")}` },
  "load.told": fixed(
    "The instance keeps this: dashd status says which stage it can hold",
    "实例已记录此结果：dashd status 会显示可承载的阶段",
  ),
  "load.report-title": {
    en: (f) => `Load of ${count(f.number("users"), "user")}`,
    zh: (f) => `${f("users")} 个用户的压力测试`,
  },
  "load.report-seed": { en: (f) => `seed ${f("seed")}`, zh: (f) => `种子 ${f("seed")}` },
  "load-word.times": fixed("TIMES", "时间"),
  "load-word.total": fixed("in all (wait + response)", "总计（等待 + 响应）"),
  "load-word.response": fixed("response", "响应"),
  "load-word.wait": fixed("wait (held + queued)", "等待（接入 + 排队）"),
  "load-word.plain": fixed("in all, as a closed loop would tell it", "总计（闭环测法）"),
  "load-word.okRate": fixed("success", "成功率"),
  "load-word.responseP95Ms": fixed("response p95", "响应 p95"),
  "load-word.waitP95Ms": fixed("wait p95", "等待 p95"),
  "load-word.errors": fixed("ERRORS", "错误"),
  "load-word.path": fixed("PATH", "路径"),
  "load-word.count": fixed("COUNT", "次数"),
  "load-word.from-to": fixed("FROM–TO", "时段"),
  "load-word.chart-times": {
    en: (f) => `${count(f.number("users"), "user")}: times, ms`,
    zh: (f) => `${f("users")} 个用户：时间（毫秒）`,
  },
  "load-word.chart-requests": {
    en: (f) => `${count(f.number("users"), "user")}: each second`,
    zh: (f) => `${f("users")} 个用户：每秒`,
  },
  "load-word.requests": fixed("requests", "请求"),
  "load-word.failed": fixed("errors", "错误"),
  "load-word.users": fixed("users", "用户"),
  "load-error.refused": fixed("connection refused", "连接被拒绝"),
  "load-error.reset": fixed("connection reset", "连接被重置"),
  "load-error.time-out": fixed("no answer in time", "超时无应答"),
  "load-error.cut": fixed("answer cut off", "应答中断"),
  "load-error.wrong-body": fixed("wrong content", "内容不符"),
  "load-error.failed": fixed("failed", "失败"),
  "load-error.other": { en: (f) => `status ${f("kind")}`, zh: (f) => `状态码 ${f("kind")}` },
  // cpu, memory, diskIo: shares, the most that was seen
  "tuning.host": {
    en: (f) =>
      `The host's resources: CPU at most ${percent(f.number("cpu"))}, memory ${percent(f.number("memory"))}, disk ${percent(f.number("diskIo"))}${f.has("cpu") && (f.number("cpu") ?? 0) >= 0.8 ? "; more cores come first" : ""}`,
    zh: (f) =>
      `主机资源：CPU 最高 ${percent(f.number("cpu"))}，内存 ${percent(f.number("memory"))}，磁盘 ${percent(f.number("diskIo"))}${(f.number("cpu") ?? 0) >= 0.8 ? "；应先增加 CPU 核心" : ""}`,
  },
  // memory: share
  "tuning.redis": {
    en: (f) =>
      f.has("memory")
        ? `Redis' memory: at most ${percent(f.number("memory"))} of its limit`
        : "Redis' memory: Redis is off, or was not measured",
    zh: (f) =>
      f.has("memory") ? `Redis 内存：最高用到上限的 ${percent(f.number("memory"))}` : "Redis 内存：未启用或未测得",
  },
  // busy, budget
  "tuning.postgres": {
    en: (f) =>
      f.has("busy")
        ? `The PostgreSQL pool: at most ${f("busy")} of ${f("budget")} connections were busy`
        : "The PostgreSQL pool: PostgreSQL is off, or was not measured",
    zh: (f) =>
      f.has("busy")
        ? `PostgreSQL 连接池：最多 ${f("budget")} 个连接中有 ${f("busy")} 个在用`
        : "PostgreSQL 连接池：未启用或未测得",
  },
  // waitP95Ms, nextStage: a number, none or unknown
  "tuning.stage": {
    en: (f) =>
      `The stage: wait p95 ${milliseconds(f.number("waitP95Ms"))}${planOf(f, "; ", "this is the highest stage: more hosts")}`,
    zh: (f) => `阶段：等待 p95 为 ${milliseconds(f.number("waitP95Ms"))}${planOf(f, "；", "已是最高阶段：请增加主机")}`,
  },
};

const planOf = (f: FactReader, sign: string, highest: string): string => {
  if (f.is("nextStage", "unknown")) return "";
  return `${sign}${f.is("nextStage", "none") ? highest : `dashd plan --stage ${f("nextStage")}`}`;
};

const atMostEn = (f: FactReader): string => (f.is("name", "load-word.okRate") ? "at least " : "at most ");
const atMostZh = (f: FactReader): string => (f.is("name", "load-word.okRate") ? "不低于" : "不超过");
