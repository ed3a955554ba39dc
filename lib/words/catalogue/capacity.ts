import { type Catalogue, fixed } from "../entry.ts";
import type { FactReader } from "../fact-reader.ts";
import { milliseconds, size } from "../format.ts";

/** Which stage this host and app can hold. */
export const capacityWords: Catalogue = {
  // upstream, users
  "capacity.unknown": {
    en: (f) =>
      f.is("upstream", true)
        ? `Which stage this host can hold is not known: what an upstream needs is not measured, a load tells (dashd load --users ${f("users")})`
        : `Which stage this host and app can hold is not known yet: too few requests so far, a load tells (dashd load --users ${f("users")})`,
    zh: (f) =>
      f.is("upstream", true)
        ? `本机可承载的阶段未知：上游所需的资源无法测得，请用压力测试确认（dashd load --users ${f("users")}）`
        : `本机与此应用可承载的阶段尚未得知：请求太少，请用压力测试确认（dashd load --users ${f("users")}）`,
  },
  // notHeld, notHeldStage, notHeldAgoSec, users
  "capacity.not-held": {
    en: (f) =>
      `At stage ${f("notHeldStage")} the promise was not kept for ${f("notHeld")} users ${agoEn(f.number("notHeldAgoSec"))}; for how many it is kept here is not known yet, a load with fewer tells (dashd load --users ${f("users")})`,
    zh: (f) =>
      `${agoZh(f.number("notHeldAgoSec"))}在阶段 ${f("notHeldStage")} 对 ${f("notHeld")} 个用户未能兑现承诺；本机与此应用可承载多少用户尚未得知，请减少用户再做压力测试（dashd load --users ${f("users")}）`,
  },
  // stage|null, lowest, users, limit|null, estimated, otherCode, cpuMs, serviceMs, p95Ms, queryMs, workerBytes, perUser, usersFrom,
  // held|null, heldStage, heldAgoSec, notHeld|null, notHeldStage, notHeldAgoSec
  "capacity.holds": {
    en: (f) =>
      `${
        f.has("stage")
          ? `This host and app can hold stage ${f("stage")}: about ${about(f.number("users"))} users`
          : `This host and app can hold no stage of the ladder${f.is("users", 0) ? "" : `: about ${about(f.number("users"))} users at stage ${f("lowest")}`}`
      }${f.has("limit") ? `, ${f.phrase("limit")}` : ""} (${[...basisEn(f), ...heldEn(f), ...notHeldEn(f)].join("; ")})`,
    zh: (f) =>
      `${
        f.has("stage")
          ? `本机与此应用可承载阶段 ${f("stage")}：约 ${about(f.number("users"))} 个用户`
          : `本机与此应用无法承载任何阶段${f.is("users", 0) ? "" : `：阶段 ${f("lowest")} 下约 ${about(f.number("users"))} 个用户`}`
      }${f.has("limit") ? `，${f.phrase("limit")}` : ""}（${[...basisZh(f), ...heldZh(f), ...notHeldZh(f)].join("；")}）`,
  },
  "short.cpu": fixed("CPU is the limit", "瓶颈是 CPU"),
  "short.slots": fixed("request slots are the limit", "瓶颈是处理名额"),
  "short.pool": fixed("the PostgreSQL pool is the limit", "瓶颈是 PostgreSQL 连接池"),
  "short.memory": fixed("memory for the workers is the limit", "瓶颈是工作进程的内存"),
  "short.response": fixed("since answers take longer than the stage promises", "因为响应时间超出阶段的承诺"),
  "users-from.online": fixed("as counted", "按实际在线用户计"),
  "users-from.load": fixed("as the last load made them", "按最近一次压力测试计"),
  "users-from.model": fixed(
    "as dashd load makes them of a page like the built-in board's",
    "按 dashd load 访问内置看板的方式计",
  ),
};

const basisEn = (f: FactReader): readonly string[] => {
  if (!f.is("estimated", true)) return ["nothing estimated since the start"];
  const code = f.is("otherCode", true) ? " of the code before this" : "";
  return [
    `estimated from ${costEn(f)}${code} and ${f("perUser")} requests a second for each user, ${f.phrase("usersFrom")}`,
  ];
};

const basisZh = (f: FactReader): readonly string[] => {
  if (!f.is("estimated", true)) return ["启动以来尚无估算"];
  const code = f.is("otherCode", true) ? "（此前的代码）" : "";
  return [`据${costZh(f)}${code}、每个用户每秒 ${f("perUser")} 个请求估算，${f.phrase("usersFrom")}`];
};

const costEn = (f: FactReader): string =>
  f.is("limit", "short.response")
    ? `a response p95 of ${milliseconds(f.number("p95Ms"))} in the best minute`
    : f.is("limit", "short.slots")
      ? `${milliseconds(f.number("serviceMs"))} in a slot for a request`
      : f.is("limit", "short.pool")
        ? `${milliseconds(f.number("queryMs"))} of queries a request`
        : f.is("limit", "short.memory")
          ? `workers of ${size(f.number("workerBytes"))} each, ${milliseconds(f.number("serviceMs"))} in a slot for a request`
          : `${milliseconds(f.number("cpuMs"))} of CPU a request`;

const costZh = (f: FactReader): string =>
  f.is("limit", "short.response")
    ? `响应最快的一分钟 p95 为 ${milliseconds(f.number("p95Ms"))}`
    : f.is("limit", "short.slots")
      ? `每个请求占用名额 ${milliseconds(f.number("serviceMs"))}`
      : f.is("limit", "short.pool")
        ? `每个请求查询耗时 ${milliseconds(f.number("queryMs"))}`
        : f.is("limit", "short.memory")
          ? `每个工作进程 ${size(f.number("workerBytes"))}、每个请求占用名额 ${milliseconds(f.number("serviceMs"))}`
          : `每个请求消耗 CPU ${milliseconds(f.number("cpuMs"))}`;

const heldEn = (f: FactReader): readonly string[] =>
  f.has("held") ? [`${f("held")} users confirmed${atStageEn(f, "heldStage")} ${agoEn(f.number("heldAgoSec"))}`] : [];
const heldZh = (f: FactReader): readonly string[] =>
  f.has("held") ? [`${agoZh(f.number("heldAgoSec"))}${atStageZh(f, "heldStage")}已确认 ${f("held")} 个用户`] : [];

const notHeldEn = (f: FactReader): readonly string[] =>
  f.has("notHeld")
    ? [
        `the promise was not kept for ${f("notHeld")} users${atStageEn(f, "notHeldStage")} ${agoEn(f.number("notHeldAgoSec"))}${isOfOtherStage(f) ? "" : ", and the lower figure counts"}`,
      ]
    : [];
const notHeldZh = (f: FactReader): readonly string[] =>
  f.has("notHeld")
    ? [
        `${agoZh(f.number("notHeldAgoSec"))}${atStageZh(f, "notHeldStage")}对 ${f("notHeld")} 个用户未能兑现承诺${isOfOtherStage(f) ? "" : "，以较低者为准"}`,
      ]
    : [];

/** A load that failed at one stage lowers no figure of another. */
const isOfOtherStage = (f: FactReader): boolean => f.has("stage") && f("stage") !== f("notHeldStage");

/** Said only of another stage than the sentence is about. */
const atStageEn = (f: FactReader, name: string): string =>
  f("stage") === f(name) || !f.has(name) ? "" : ` at stage ${f(name)}`;
const atStageZh = (f: FactReader, name: string): string =>
  f("stage") === f(name) || !f.has(name) ? "" : `在阶段 ${f(name)} `;

/** Two figures of it are true. */
const about = (users: number | null): string => {
  if (users === null) return "–";
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, users))) - 1);
  return String(Math.round(users / step) * step);
};

const agoEn = (sec: number | null): string =>
  ago(sec, (value, unit) => `${value} ${unit}${value === 1 ? "" : "s"} ago`);
const agoZh = (sec: number | null): string => ago(sec, (value, unit) => `${value} ${unitsZh[unit]}前`);

const ago = (sec: number | null, said: (value: number, unit: keyof typeof unitsZh) => string): string => {
  if (sec === null) return "–";
  if (sec < 60) return said(Math.round(sec), "second");
  if (sec < 3_600) return said(Math.round(sec / 60), "minute");
  return sec < 2 * 86_400 ? said(Math.round(sec / 3_600), "hour") : said(Math.round(sec / 86_400), "day");
};

const unitsZh = { second: "秒", minute: "分钟", hour: "小时", day: "天" } as const;
