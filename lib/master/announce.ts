import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import type { Snapshot } from "../protocol/snapshot.ts";
import { bannerFacts } from "../profile/banner-facts.ts";
import type { Profile } from "../profile/schema.ts";
import type { Lang } from "../lang.ts";
import type { OnOff } from "../settings/settings.ts";
import { bannerLines } from "../words/banner.ts";
import { say } from "../words/say.ts";

/** What `start` prints once it is true: the stage as it runs, where to reach it, and what to know about it. */
export const announcement = (
  snapshot: Snapshot,
  profile: Profile,
  host: string,
  panel: OnOff,
  lang: Lang,
): readonly string[] => {
  const { url, adminUrl, state, services, warnings } = snapshot;
  const banner = state === "held" ? bannerLines(lang, bannerFacts(profile, process.platform)) : [];
  return [
    ...banner,
    ...urlsOf(url, host).map((address) => say(lang, { code: "banner.address", facts: { url: address } })),
    ...(services.upstream === null
      ? []
      : [say(lang, { code: "banner.upstream", facts: { url: services.upstream.url } })]),
    say(lang, { code: panel === "on" ? "banner.panel" : "banner.admin", facts: { url: adminUrl } }),
    ...warnings.map((warning) => say(lang, { code: "banner.warning", facts: { warning: say(lang, warning) } })),
  ];
};

/** An address of this host under which a client on it can reach what listens on `host`. */
export const reachableHost = (host: string): string => {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
};

export const isLoopback = (host: string): boolean => /^(127\.|::1$|localhost$)/.test(host);

/** Where clients reach it: on this host, and from the network where it listens there. */
export const urlsOf = (url: string, host: string): readonly string[] => [url, ...lanUrls(host, new URL(url))];

const lanUrls = (host: string, { protocol, port }: URL): readonly string[] => {
  if (host !== "0.0.0.0" && host !== "::") return [];
  return interfaceAddresses()
    .filter(({ family, internal }) => family === "IPv4" && !internal)
    .map(({ address }) => `${protocol}//${address}${port === "" ? "" : `:${port}`}`);
};

/** None where no descriptor is left to ask the system with: Node throws then. */
const interfaceAddresses = (): readonly NetworkInterfaceInfo[] => {
  try {
    return Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  } catch {
    return [];
  }
};
