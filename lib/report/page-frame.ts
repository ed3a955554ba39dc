import { createHash } from "node:crypto";
import type { Lang } from "../lang.ts";
import { type Chart, chartParts } from "./charts.ts";
import { escaped } from "./html-text.ts";

export interface Page {
  readonly lang: Lang;
  readonly title: string;
  /** HTML; everything that came from outside is escaped. */
  readonly body: string;
  readonly charts: readonly Chart[];
}

/**
 * One file that asks nobody for anything: dark and light, for a phone, a screen and paper. Its policy names the digest of
 * each script and style in it, so that nothing else runs, whatever a name or a path in it holds.
 */
export const pageFrame = ({ lang, title, body, charts }: Page): string => {
  const { style, data, scripts } = chartParts(charts);
  const css = `${style}${frameStyle}`;
  const policy = [
    "default-src 'none'",
    `style-src ${digest(css)}`,
    ...(scripts.length === 0 ? [] : [`script-src ${scripts.map(digest).join(" ")}`]),
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="${lang === "zh" ? "zh-CN" : "en"}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escaped(title)}</title><style>${css}</style></head><body><main>
${body}
</main>${data === "" ? "" : `<script type="application/json" id="charts">${data}</script>`}${scripts
    .map((script) => `<script>${script}</script>`)
    .join("")}</body></html>
`;
};

const digest = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const frameStyle = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2330; --quiet: #5b6472; --rule: #d8dde6; --fill: #f4f6f9;
  --good: #1b7a3d; --bad: #b3261e; --open: #8a5a00; --line-0: #2f7ed8; --line-1: #d97a1f; --line-2: #c23b3b; --line-3: #7a7a8c; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181f; --ink: #e6e9ef; --quiet: #9aa3b2; --rule: #333b48;
  --fill: #1d232d; --good: #6fd08c; --bad: #ff8a80; --open: #e8b451; --line-0: #6aa9f0; --line-1: #f0a35a; --line-2: #ff8a80; --line-3: #a9a9bb; } }
body { font: 16px/1.6 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif;
  margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere; }
main { max-width: 960px; margin: 0 auto; padding: 24px 16px 48px; }
h1 { font-size: 1.6rem; line-height: 1.3; } h2 { font-size: 1.3rem; margin: 2.2em 0 .6em; border-bottom: 1px solid var(--rule); padding-bottom: .2em; }
h3 { font-size: 1.05rem; margin: 1.6em 0 .4em; }
.quiet { color: var(--quiet); } .kept { color: var(--good); } .missed { color: var(--bad); } .open { color: var(--open); }
.table { overflow-x: auto; margin: 12px 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 16px 5px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); }
th { color: var(--quiet); font-weight: 600; vertical-align: bottom; overflow-wrap: normal; } td { min-width: 3.5em; overflow-wrap: break-word; }
.right { text-align: right; } td.right { white-space: nowrap; }
code { font: .9em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono CJK SC", monospace; background: var(--fill); padding: .1em .3em; border-radius: 3px; }
pre { background: var(--fill); border: 1px solid var(--rule); border-radius: 6px; padding: 10px 14px; overflow-x: auto; }
pre code { background: none; padding: 0; } blockquote { margin: 12px 0; padding: 2px 14px; border-left: 3px solid var(--rule); color: var(--quiet); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 12px 0; } dt { font-weight: 600; } dd { margin: 0; }
li { margin: .15em 0; } li[class] { list-style: none; margin-left: -1.4em; text-indent: -1.5em; padding-left: 1.5em; } .chart { margin: 16px 0 28px; min-height: 260px; } .uplot .u-legend { font-size: .85rem; } .u-legend th, .u-legend td { border: 0; min-width: 0; padding: 2px 4px; }
footer { margin-top: 3em; border-top: 1px solid var(--rule); padding-top: 1em; }
@media (max-width: 520px) { body { font-size: 15px; } dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5em; } th, td { padding-right: 12px; }
  pre { white-space: pre-wrap; } .table:not(:has(.right)) td:last-child { overflow-wrap: anywhere; } }
@media print { :root { color-scheme: light; --paper: #fff; --ink: #000; --quiet: #444; --rule: #bbb; --fill: #f4f6f9; --good: #1b7a3d; --bad: #b3261e;
  --open: #8a5a00; --line-0: #2f7ed8; --line-1: #d97a1f; --line-2: #c23b3b; --line-3: #7a7a8c; }
  main { max-width: none; padding: 0; } body { font-size: 11pt; } .table { overflow: visible; } pre { white-space: pre-wrap; }
  tr, pre, .chart { break-inside: avoid; } h2, h3 { break-after: avoid; } }
`;
