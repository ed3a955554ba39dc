import type { Message } from "../errors.ts";
import type { Lang } from "../lang.ts";
import type { LoadResult } from "../load/load-result.ts";
import { say } from "../words/say.ts";
import { chartPlace, chartsOf } from "./charts.ts";
import { htmlTable, htmlText } from "./html-text.ts";
import {
  errorRows,
  errorTitles,
  figureFacts,
  quantileRows,
  quantileTitles,
  unjudged,
  verdictFacts,
} from "./load-words.ts";
import { pageFrame } from "./page-frame.ts";

/** A load as one HTML file that needs nothing else: the verdict, the figures, charts over time, the errors. */
export const loadReport = (result: LoadResult, lang: Lang, at: Date): string => {
  const { summary, verdict, tuning, url, seed } = result;
  const line = (code: string, facts: Message["facts"] = {}): string => htmlText(say(lang, { code, facts }));
  const verdictPart =
    verdict === null
      ? `<p>${htmlText(say(lang, unjudged(result)))}</p>`
      : `<p class="${verdict.kept ? "kept" : "missed"}">${line(verdict.kept ? "load.kept" : "load.not-kept")}</p>
<p>${line("load.promise", { users: verdict.promisedUsers, beyond: verdict.beyond })}</p>
<ul>${verdict.lines.map((one) => `<li class="${one.kept ? "kept" : "missed"}">${line("load.verdict-line", verdictFacts(one))}</li>`).join("")}</ul>
${tuning.length === 0 ? "" : `<ol>${tuning.map((step) => `<li>${htmlText(say(lang, step))}</li>`).join("")}</ol>`}`;
  const title = say(lang, { code: "load.report-title", facts: { users: summary.users } });
  const charts = chartsOf(summary, lang);
  const body = `<h1>${htmlText(title)}</h1>
<p class="quiet">${htmlText(url)} · ${at.toISOString()} · ${line("load.report-seed", { seed })}</p>
${verdictPart}
${summary.strain.limited ? `<p class="missed">${line("load.limited", { ...summary.strain })}</p>` : ""}
<p>${line("load.figures", figureFacts(summary))}</p>
${htmlTable(quantileTitles(lang), quantileRows(summary, lang), timesToTheRight)}
${charts.map((_, index) => chartPlace(index)).join("")}
${summary.errors.length === 0 ? "" : htmlTable(errorTitles(lang), errorRows(summary, lang))}`;
  return pageFrame({ lang, title, body, charts });
};

const timesToTheRight = [1, 2, 3, 4];
