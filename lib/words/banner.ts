import type { Facts } from "../errors.ts";
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
export const bannerLines = (lang: Lang, banner: BannerFacts): readonly string[] => {
  const facts: Facts = { ...banner };
  const codes = ["banner.mode", "banner.server", "banner.platform", "banner.config", "banner.users"];
  return codes.map((code) => say(lang, { code, facts }));
};
