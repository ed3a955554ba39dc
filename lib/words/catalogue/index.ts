import type { Catalogue } from "../entry.ts";
import { adviceOnLoadWords } from "./advice-load.ts";
import { adviceWords } from "./advice.ts";
import { bannerWords } from "./banner.ts";
import { capacityWords } from "./capacity.ts";
import { cliWords } from "./cli.ts";
import { controlWords } from "./control.ts";
import { devWords } from "./dev.ts";
import { doctorWords } from "./doctor.ts";
import { drillWords } from "./drill.ts";
import { embeddedWords } from "./embedded.ts";
import { errorWords } from "./errors.ts";
import { exampleWords } from "./examples.ts";
import { faultWords } from "./faults.ts";
import { fleetWords } from "./fleet.ts";
import { gateWords } from "./gates.ts";
import { helpWords } from "./help.ts";
import { loadWords } from "./load.ts";
import { logWords } from "./log.ts";
import { panelWords } from "./panel.ts";
import { phraseWords } from "./phrases.ts";
import { preflightWords } from "./preflight.ts";
import { probeWords } from "./probes.ts";
import { proofWords } from "./proofs.ts";
import { redisWords } from "./redis.ts";
import { reportLabels } from "./report-labels.ts";
import { reportWords } from "./report.ts";
import { resumeWords } from "./resume.ts";
import { serviceWords } from "./services.ts";
import { settingWords } from "./settings.ts";
import { statusWords } from "./status.ts";
import { stepWords } from "./steps.ts";
import { topicWords } from "./topics.ts";
import { verifyWords } from "./verify.ts";
import { upgradeTopic } from "./upgrade-topic.ts";
import { warningWords } from "./warnings.ts";
import { watchWords } from "./watch.ts";
import { whyWords } from "./why.ts";

/** Every code that may be shown to a person. */
export const catalogue: Catalogue = {
  ...errorWords,
  ...faultWords,
  ...settingWords,
  ...statusWords,
  ...bannerWords,
  ...stepWords,
  ...adviceWords,
  ...adviceOnLoadWords,
  ...capacityWords,
  ...warningWords,
  ...logWords,
  ...phraseWords,
  ...cliWords,
  ...controlWords,
  ...helpWords,
  ...topicWords,
  ...upgradeTopic,
  ...serviceWords,
  ...redisWords,
  ...embeddedWords,
  ...doctorWords,
  ...preflightWords,
  ...gateWords,
  ...fleetWords,
  ...resumeWords,
  ...loadWords,
  ...devWords,
  ...whyWords,
  ...verifyWords,
  ...reportWords,
  ...reportLabels,
  ...probeWords,
  ...proofWords,
  ...watchWords,
  ...exampleWords,
  ...drillWords,
  ...panelWords,
};
