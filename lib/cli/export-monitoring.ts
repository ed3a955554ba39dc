import { writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { DashdError } from "../errors.ts";
import { alertRules } from "../fleet/alert-rules.ts";
import { grafanaDashboard } from "../fleet/grafana.ts";
import { readThere } from "../fleet/read-there.ts";
import { orNotWritable } from "../fleet/or-not-writable.ts";
import { monitoringMark, prometheusConfig, prometheusRules, rulesFile, type WordedRule } from "../fleet/prometheus.ts";
import { readJournal } from "../home/journal.ts";
import { makeFolder } from "../home/make-folder.ts";
import { homePaths } from "../home/paths.ts";
import { inForce } from "../home/revisions.ts";
import { loadLadder, stageOf } from "../profile/load.ts";
import type { Profile } from "../profile/schema.ts";
import { resolveSettings } from "../settings/resolve.ts";
import { shellWord } from "../shell-word.ts";
import { say } from "../words/say.ts";
import { textOf, type CommandContext, type Given } from "./command.ts";
import { indicatorFigure } from "../words/indicator-figure.ts";
import { textsOf } from "./start-flags.ts";
import { statusOf } from "./surroundings.ts";

/** `dashd export prometheus|grafana --to DIR`: what watches the instance from outside, with the numbers of its stage. */
export const exportMonitoring = async (target: "prometheus" | "grafana", given: Given, context: CommandContext) => {
  const { env, cwd, flags, io, lang, json } = context;
  const to = textOf(given.options["to"]);
  if (to === undefined) {
    const hint = `dashd export ${target} --to monitoring`;
    throw new DashdError("E_USAGE", { found: `dashd export ${target}`, expected: "fleet.expected-to" }, { hint });
  }
  const { values, sources } = resolveSettings({ flags: { ...textsOf(given), ...flags }, env, cwd });
  const paths = homePaths(values.home);
  const ladder = await loadLadder(values.profiles);
  const committed = sources.stage === "flag" ? null : inForce(readJournal(paths.journal));
  const profile = committed?.profile ?? stageOf(ladder, values.stage ?? 1);
  const job = textOf(given.options["name"]) ?? jobOf(paths.dir);
  const running = await statusOf(paths);
  const scheme = values.adminTlsCert === null ? "http" : "https";
  const scraped = {
    job,
    url: running?.adminUrl ?? `${scheme}://${values.adminHost}:${values.adminPort}`,
    tokenFile: paths.readToken,
  };
  const dir = resolve(cwd, to);
  const files =
    target === "grafana"
      ? [{ name: "dashd-dashboard.json", text: `${JSON.stringify(grafanaDashboard(job, profile), null, 2)}\n` }]
      : [
          { name: "prometheus.yml", text: prometheusConfig(scraped) },
          {
            name: rulesFile,
            text: prometheusRules(job, profile.stage, worded(profile, job, lang)),
          },
        ];
  const written = files.map(({ name, text }) => ({ path: join(dir, name), text }));
  for (const { path } of written) {
    if (readThere(path)?.includes(monitoringMark) === false)
      throw new DashdError("E_UNIT_TAKEN", { path, found: "another", home: null });
  }
  orNotWritable(dir, () => {
    makeFolder(dir);
    for (const { path, text } of written) writeFileSync(path, text);
  });
  if (json) {
    io.out(
      JSON.stringify({ schemaVersion: 1, job, stage: profile.stage, files: written.map(({ path }) => path) }, null, 2),
    );
    return 0;
  }
  for (const { path } of written) io.out(say(lang, { code: "fleet.unit-written", facts: { path } }));
  const config = shellWord(join(dir, "prometheus.yml"));
  const facts = { stage: profile.stage, config, tokenFile: paths.readToken };
  io.out(say(lang, { code: `fleet.${target}-next`, facts }));
  return 0;
};

/** An alert knows its threshold and no cause: that is computed where the figures are, by status and the panel. */
const worded = (profile: Profile, job: string, lang: CommandContext["lang"]): readonly WordedRule[] =>
  alertRules(profile, job).map((rule) => {
    const { indicator, threshold } = rule;
    const isOfInstance = indicator === "instance" || indicator === "drift";
    const value = indicator === "responseP95" ? threshold * 1_000 : threshold;
    const name = say(lang, { code: isOfInstance ? `fleet.alert-${indicator}` : `indicator.${indicator}`, facts: {} });
    return {
      ...rule,
      summary: isOfInstance ? `${job}: ${name}` : `${job}: ${name} (${indicatorFigure(indicator, value)})`,
      description: say(lang, { code: `fleet.alert-about-${isOfInstance ? indicator : "indicator"}`, facts: {} }),
    };
  });

/** A home is `.dashd` in the folder of its app. */
const jobOf = (home: string): string => {
  const name = basename(home) === ".dashd" ? basename(dirname(home)) : basename(home);
  return name.replaceAll(/[^\w.-]/g, "-") || "dashd";
};
