import type { Facts, Message } from "../../errors.ts";
import { say } from "../../words/say.ts";
import type { Api } from "./api.ts";
import { clock } from "./clock.ts";
import { card, choice, element, input, setText } from "./dom.ts";
import type { Surroundings, View } from "./store.ts";

/** The end of the log, every two seconds while somebody sees it. */
export const createLogsCard = ({ lang, words }: Surroundings, api: Api): View => {
  const slot = choice(words("word.slot"), {}, [["", words("panel.all")]]);
  const level = choice(words("word.level"), {}, [
    ["", words("panel.all")],
    ...(["info", "warn", "error"] as const).map((name) => [name, words(`panel.from-${name}`)] as const),
  ]);
  const grep = input(words("panel.grep"), { type: "search", autocomplete: "off", maxlength: 200 });
  const lines = element("ol", { class: "lines" });
  const frame = element("div", { class: "tail", tabindex: 0, role: "group", "aria-label": words("panel.logs") }, lines);
  const none = element("p", { class: "muted" }, words("panel.no-lines"));
  const made = card(
    "logs",
    words("panel.logs"),
    element("form", { class: "filters", role: "search" }, slot.field, level.field, grep.field),
    none,
    frame,
  );
  let isSeen = false;
  let isAsking = false;
  let shown = "";
  let slots = 0;

  const show = (found: readonly LogLine[]): void => {
    const text = JSON.stringify(found.at(0)) + JSON.stringify(found.at(-1)) + found.length;
    if (text === shown) return;
    shown = text;
    const isAtEnd = frame.scrollHeight - frame.scrollTop - frame.clientHeight < 24;
    none.hidden = found.length > 0;
    lines.replaceChildren(...found.map((line) => lineOf(line, lang)));
    if (isAtEnd) frame.scrollTop = frame.scrollHeight;
  };
  const ask = async (): Promise<void> => {
    if (isAsking || !isSeen || document.hidden || !made.isConnected) return;
    isAsking = true;
    try {
      const query = new URLSearchParams({
        slot: slot.select.value,
        level: level.select.value,
        grep: grep.input.value.trim(),
      });
      show(await api.get<readonly LogLine[]>(`/v1/logs?${query.toString()}`));
    } catch {
      // The headline says that there is no contact.
    } finally {
      isAsking = false;
    }
  };

  new IntersectionObserver((entries) => {
    isSeen = entries.some((entry) => entry.isIntersecting);
    void ask();
  }).observe(made);
  for (const field of [slot.select, level.select]) field.addEventListener("change", () => void ask());
  grep.input.addEventListener("input", () => void ask());
  made.querySelector("form")?.addEventListener("submit", (event) => event.preventDefault());
  let beats = 0;

  return {
    element: made,
    update: ({ snapshot }) => {
      const highest = Math.max(slots, ...snapshot.workers.map((worker) => worker.slot));
      for (; slots < highest; slots++) slot.select.append(element("option", { value: slots + 1 }, String(slots + 1)));
      beats += 1;
      if (beats % 2 === 0) void ask();
    },
  };
};

interface LogLine {
  readonly timestamp: string;
  readonly level: string;
  readonly slot: number | null;
  readonly code: string | null;
  readonly facts: Facts;
  readonly message: string;
}

const lineOf = ({ timestamp, level, slot, code, facts, message }: LogLine, lang: Surroundings["lang"]): HTMLElement => {
  const line = element(
    "li",
    { "data-state": level },
    element("time", { datetime: timestamp }, clock(timestamp)),
    element("b", {}, level),
    element("i", {}, slot === null ? "" : `[${slot}]`),
    element("span"),
  );
  const words = line.lastElementChild;
  if (words !== null) setText(words, code === null ? message : wordsOf({ code, facts }, message, lang));
  return line;
};

/** The file holds English; a code that this page has no words for is shown as it is written there. */
const wordsOf = (said: Message, message: string, lang: Surroundings["lang"]): string => {
  const words = say(lang, said);
  return words.startsWith(said.code) ? message : words;
};
