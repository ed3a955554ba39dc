import type { Lang } from "../../lang.ts";
import type { Indicator } from "../../protocol/snapshot.ts";
import { duration, percent } from "../../words/format.ts";
import { stateInWords } from "../../words/indicator-value.ts";
import { say } from "../../words/say.ts";
import { card, element } from "./dom.ts";
import { nameIn, type Surroundings, type View } from "./store.ts";
import { createTable } from "./table.ts";

/** What the stage is held to. Those that ask for something come first, with their advice. */
export const createIndicatorsCard = ({ lang, words }: Surroundings): View => {
  const table = createTable(words("panel.indicators"), [
    { title: words("word.indicator") },
    { title: words("word.value"), align: "right" },
    { title: words("word.warn"), align: "right", weight: "minor" },
    { title: words("word.critical"), align: "right", weight: "minor" },
    { title: words("word.level") },
  ]);
  const advice = element("ul", { class: "advice", "aria-label": words("panel.advice") });
  return {
    element: card("indicators", words("panel.indicators"), advice, table.element),
    update: ({ snapshot }) => {
      table.show(
        snapshot.indicators.map((indicator) => ({
          key: indicator.name,
          state: indicator.level,
          cells: [
            nameIn(words, "indicator", indicator.name),
            figure(lang, indicator, indicator.value),
            figure(lang, indicator, indicator.warn),
            figure(lang, indicator, indicator.critical),
            { text: nameIn(words, "level", indicator.level), state: indicator.level },
          ],
        })),
      );
      const asking = snapshot.indicators.filter((one) => one.advice !== null);
      advice.replaceChildren(
        ...asking.map(({ level, advice: asked }) =>
          element("li", { "data-state": level }, asked === null ? "" : say(lang, asked)),
        ),
      );
    },
  };
};

/** Shares have a threshold up to 1; what is not known here is shown as it came. */
const figure = (lang: Lang, { name, warn }: Indicator, value: Indicator["value"]): string => {
  if (typeof value !== "number") return value === null ? "–" : stateInWords(lang, value);
  if (name === "responseP95" || name.endsWith("Ms")) return duration(value);
  const isShare = typeof warn === "number" && warn > 0 && warn <= 1;
  return isShare ? percent(value) : String(Math.round(value * 100) / 100);
};
