import { bannerFacts } from "../../profile/banner-facts.ts";
import type { Profile } from "../../profile/schema.ts";
import type { ProvenHost } from "../../protocol/proof-record.ts";
import { bannerMessages } from "../../words/banner.ts";
import { type Block, code } from "../document.ts";

/** What `dashd start` prints of a stage on that host. */
export const startLog = (profile: Profile, { platform }: ProvenHost): Block =>
  code(bannerMessages(bannerFacts(profile, platform.split(" ", 1)[0] ?? platform)));
