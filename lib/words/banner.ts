import type { Facts, Message } from "../errors.ts";
import type { Lang } from "../lang.ts";
import { say } from "./say.ts";

export interface BannerFacts {
  readonly stage: number;
  /** `process.platform` */
  readonly platform: string;
  readonly workers: number;
  readonly connections: number;
  readonly timeoutSec: number;
  readonly usersMin: number;
  readonly usersMax: number;
}

/** The five lines of the banner. They are a claim: print them only once they are true. */
export const bannerLines = (lang: Lang, banner: BannerFacts): readonly string[] =>
  bannerMessages(banner).map((message) => say(lang, message));

/** The same before it is put in words: a report shows what a stage says of itself, in force or not. */
export const bannerMessages = (banner: BannerFacts): readonly Message[] => {
  const facts: Facts = { ...banner };
  const codes = ["banner.mode", "banner.server", "banner.platform", "banner.config", "banner.users"];
  return codes.map((code) => ({ code, facts }));
};
