import type { Catalogue } from "../entry.ts";
import type { FactReader } from "../fact-reader.ts";

/** The banner of `start`, CONTRACT section 3, to the letter; and the lines below it. */
export const bannerWords: Catalogue = {
  // stage
  "banner.mode": {
    en: (f) => `🛡️ [production] dashd stage ${f("stage")}`,
    zh: (f) => `🛡️ [生产模式] 已开启: dashd 阶段${f("stage")}`,
  },
  "banner.server": {
    en: () => "🚀 Production server (dashd)",
    zh: () => "🚀 启动生产服务器 (dashd - 企业级)...",
  },
  // platform: as `process.platform` says it
  "banner.platform": {
    en: (f) => `   Platform: ${platform(f)}`,
    zh: (f) => `   平台: ${platform(f)}`,
  },
  // workers, connections, timeoutSec
  "banner.config": {
    en: (f) => {
      const workers = f.is("workers", 1) ? "1 worker" : `${f("workers")} workers`;
      const connections = f.is("connections", 1) ? "1 connection" : `${f("connections")} connections`;
      return `   Config: ${workers}, ${connections}, ${timeout(f, " min", " s")} timeout`;
    },
    zh: (f) => `   配置: ${f("workers")}进程, ${f("connections")}连接, ${timeout(f, "分钟", "秒")}超时`,
  },
  // usersMin, usersMax
  "banner.users": {
    en: (f) => `   For: ${f("usersMin")}-${f("usersMax")} concurrent users`,
    zh: (f) => `   适用: ${f("usersMin")}-${f("usersMax")}人并发`,
  },
  // url
  "banner.address": {
    en: (f) => `   Address: ${f("url")}`,
    zh: (f) => `   地址: ${f("url")}`,
  },
  // url
  "banner.panel": {
    en: (f) => `   Panel: ${f("url")}`,
    zh: (f) => `   面板: ${f("url")}`,
  },
  // url
  "banner.admin": {
    en: (f) => `   Admin: ${f("url")}`,
    zh: (f) => `   管理: ${f("url")}`,
  },
  // url
  "banner.upstream": {
    en: (f) => `   Upstream: ${f("url")}`,
    zh: (f) => `   上游: ${f("url")}`,
  },
  // warning: a sentence
  "banner.warning": {
    en: (f) => `⚠️ ${f("warning")}`,
    zh: (f) => `⚠️ 注意: ${f("warning")}`,
  },
};

const platform = (f: FactReader): string => platforms[f("platform")] ?? f("platform");

const platforms: Readonly<Record<string, string>> = { linux: "Linux", darwin: "macOS", win32: "Windows" };

const timeout = (f: FactReader, minutes: string, seconds: string): string => {
  const sec = f.number("timeoutSec");
  return sec !== null && sec >= 60 && sec % 60 === 0 ? `${sec / 60}${minutes}` : `${f("timeoutSec")}${seconds}`;
};
