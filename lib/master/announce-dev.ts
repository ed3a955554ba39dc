import type { Lang } from "../lang.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import type { OnOff } from "../settings/settings.ts";
import { say } from "../words/say.ts";
import { isLoopback, urlsOf } from "./announce.ts";
import type { Development } from "./options.ts";

/** What `dashd dev` prints: above all that this is no production server. */
export const devAnnouncement = (
  { url, adminUrl, app, warnings }: Snapshot,
  { inspector, production }: Development,
  host: string,
  panel: OnOff,
  lang: Lang,
): readonly string[] => {
  const line = (code: string, facts: Readonly<Record<string, string>> = {}): string => say(lang, { code, facts });
  return [
    line("banner.dev-mode"),
    line("banner.dev-config"),
    line("banner.dev-app", { app: app.path }),
    ...urlsOf(url, host).map((address) => line("banner.address", { url: address })),
    line(panel === "on" ? "banner.panel" : "banner.admin", { url: adminUrl }),
    ...(inspector === null ? [] : [line("banner.dev-inspector", { address: `${inspector.host}:${inspector.port}` })]),
    line("banner.dev-production", { command: production }),
    ...(isLoopback(host) ? [] : [line("banner.warning", { warning: line("warning.dev-open", { host }) })]),
    ...(inspector === null || isLoopback(inspector.host)
      ? []
      : [line("banner.warning", { warning: line("warning.dev-inspector-open", { address: inspector.host }) })]),
    ...warnings.map((warning) => line("banner.warning", { warning: say(lang, warning) })),
  ];
};
