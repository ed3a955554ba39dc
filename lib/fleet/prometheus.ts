import type { AlertRule } from "./alert-rules.ts";

/** Where Prometheus finds an instance. */
export interface ScrapeTarget {
  readonly job: string;
  /** Of the admin side. */
  readonly url: string;
  /** The file that holds the token that only looks. */
  readonly tokenFile: string;
}

export interface WordedRule extends AlertRule {
  readonly summary: string;
  readonly description: string;
}

/** `prometheus.yml`: this instance alone, as an example to copy from. */
export const prometheusConfig = ({ job, url, tokenFile }: ScrapeTarget): string => {
  const { protocol, host } = new URL(url);
  return [
    `# ${monitoringMark} prometheus`,
    "global:",
    "  scrape_interval: 15s",
    "  evaluation_interval: 15s",
    "rule_files:",
    `  - ${rulesFile}`,
    "scrape_configs:",
    `  - job_name: ${quoted(job)}`,
    "    metrics_path: /metrics",
    `    scheme: ${protocol.replace(":", "")}`,
    "    authorization:",
    "      type: Bearer",
    `      credentials_file: ${quoted(tokenFile)}`,
    "    static_configs:",
    `      - targets: [${quoted(host)}]`,
    "",
  ].join("\n");
};

/** One group of alerts. */
export const prometheusRules = (job: string, stage: number, rules: readonly WordedRule[]): string =>
  [
    `# ${monitoringMark} prometheus --stage ${stage}`,
    "groups:",
    `  - name: ${quoted(`${job}, stage ${stage}`)}`,
    "    rules:",
    ...rules.flatMap(({ indicator, severity, expr, forSec, summary, description }) => [
      `      - alert: Dashd${indicator[0]?.toUpperCase() ?? ""}${indicator.slice(1)}`,
      `        expr: ${quoted(expr)}`,
      `        for: ${forSec}s`,
      "        labels:",
      `          severity: ${severity}`,
      `          stage: ${quoted(String(stage))}`,
      "        annotations:",
      `          summary: ${quoted(summary)}`,
      `          description: ${quoted(description)}`,
    ]),
    "",
  ].join("\n");

/** In every such file: a file with it may be written anew. */
export const monitoringMark = "Written by dashd export";
export const rulesFile = "dashd-rules.yml";

/** JSON's quoting is YAML's. */
const quoted = (text: string): string => JSON.stringify(text);
