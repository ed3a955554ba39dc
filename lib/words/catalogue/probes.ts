import type { Catalogue } from "../entry.ts";
import { UNKNOWN, type FactReader } from "../fact-reader.ts";
import { duration } from "../format.ts";

/** What `dashd verify` measured on its probe, beside what the live workers read back. */
export const probeWords: Catalogue = {
  // expected, found: of the live instance; probed, measured(Ms), refused, gone, revived
  "probe.slots": {
    en: (f) =>
      `On a probe with ${f("probed")}: ${f("measured")} requests ran at once, the rest waited; ${liveEn(f, "")}`,
    zh: (f) => `在设为 ${f("probed")} 的探测实例上：同时处理 ${f("measured")} 个请求，其余等待；${liveZh(f, "")}`,
  },
  "probe.queue": {
    en: (f) => `On a probe with ${f("probed")}: ${f("measured")} requests waited, ${furtherEn(f)}; ${liveEn(f, "")}`,
    zh: (f) => `在设为 ${f("probed")} 的探测实例上：${f("measured")} 个请求排队，${furtherZh(f)}；${liveZh(f, "")}`,
  },
  "probe.backlog": {
    en: (f) =>
      `On a probe with ${f("probed")}: ${f("measured")} clients were held, ${furtherEn(f)}; the live door has ${f("found")}${offEn(f)}`,
    zh: (f) =>
      `在设为 ${f("probed")} 的探测实例上：挂起 ${f("measured")} 个客户端，${furtherZh(f)}；线上入口为 ${f("found")}${offZh(f)}`,
  },
  "probe.wait": {
    en: (f) => `${onProbeEn(f)} 503 ${afterEn(f)} in the queue; ${liveEn(f, " s")}`,
    zh: (f) => `${onProbeZh(f)}排队${afterZh(f)}返回 503；${liveZh(f, " 秒")}`,
  },
  "probe.request": {
    en: (f) => `${onProbeEn(f)} 503 ${afterEn(f)}; ${liveEn(f, " s")}`,
    zh: (f) => `${onProbeZh(f)}不结束的请求${afterZh(f)}返回 503；${liveZh(f, " 秒")}`,
  },
  "probe.idle": {
    en: (f) => `${onProbeEn(f)} closed ${afterEn(f)}; ${liveEn(f, " s")}`,
    zh: (f) => `${onProbeZh(f)}空闲连接${afterZh(f)}关闭；${liveZh(f, " 秒")}`,
  },
  "probe.stop": {
    en: (f) =>
      `${onProbeEn(f)} a request without end was cut ${afterEn(f)} and the instance was ${f.is("gone", true) ? "gone" : "still there"}; ${liveEn(f, " s")}`,
    zh: (f) =>
      `${onProbeZh(f)}没有结束的请求${afterZh(f)}被切断，实例${f.is("gone", true) ? "已退出" : "未退出"}；${liveZh(f, " 秒")}`,
  },
  "probe.hang": {
    en: (f) =>
      `${onProbeEn(f)} a worker whose loop blocked was killed ${afterEn(f)}, ${f.is("revived", true) ? "and a new one served" : "and nobody served after it"}; ${liveEn(f, " s")}`,
    zh: (f) =>
      `${onProbeZh(f)}事件循环阻塞的工作进程${afterZh(f)}被终止，${f.is("revived", true) ? "新进程随即接替" : "其后无人提供服务"}；${liveZh(f, " 秒")}`,
  },
};

const offEn = (f: FactReader): string => (f("found") === f("expected") ? "" : `, not ${f("expected")}`);
const offZh = (f: FactReader): string => (f("found") === f("expected") ? "" : `，而非 ${f("expected")}`);

const liveEn = (f: FactReader, unit: string): string => {
  const isOff = f("found") !== f("expected");
  return `the live workers read back ${f("found")}${unit}${isOff ? `, not ${f("expected")}${unit}` : ""}`;
};
const liveZh = (f: FactReader, unit: string): string => {
  const isOff = f("found") !== f("expected");
  return `线上工作进程读回 ${f("found")}${unit}${isOff ? `，而非 ${f("expected")}${unit}` : ""}`;
};

const onProbeEn = (f: FactReader): string => `On a probe with ${f("probed")} s:`;
const onProbeZh = (f: FactReader): string => `在设为 ${f("probed")} 秒的探测实例上：`;
const afterEn = (f: FactReader): string =>
  f.has("measuredMs") ? `after ${exact(f.number("measuredMs"))}` : "never came";
const afterZh = (f: FactReader): string => (f.has("measuredMs") ? ` ${exact(f.number("measuredMs"))} 后` : "始终未");

/** `1.03 s` */
const exact = (ms: number | null): string =>
  ms === null ? UNKNOWN : ms < 1_000 ? duration(ms) : `${(ms / 1_000).toFixed(2)} s`;

const furtherEn = (f: FactReader): string =>
  f.is("refused", true) ? "one more was refused at once" : "one more was not refused";
const furtherZh = (f: FactReader): string => (f.is("refused", true) ? "再多一个立即被拒" : "再多一个未被拒绝");
