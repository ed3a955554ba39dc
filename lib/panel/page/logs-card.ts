import type { Message } from "../../errors.ts";
import { type LogFilter, type LogLine, passesOf } from "../../protocol/log-line.ts";
import { say } from "../../words/say.ts";
import type { LiveEvents } from "../shapes.ts";
import type { Api } from "./api.ts";
import { clock, localTimes } from "./clock.ts";
import { card, choice, element, input, setText } from "./dom.ts";
import type { Surroundings, View } from "./store.ts";

/** The end of the log, and what is written from then on, while somebody sees it. */
export interface LogsCard extends View {
  /** null: some may have been missed. */
  lines(lines: LiveEvents["lines"] | null): void;
}

export const createLogsCard = ({ lang, words }: Surroundings, api: Api): LogsCard => {
  const slot = choice(words("panel.slot"), {}, [["", words("panel.all")]]);
  const level = choice(words("panel.level"), {}, [
    ["", words("panel.all")],
    ...levels.map((name) => [name, words(`panel.from-${name}`)] as const),
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
  none.hidden = true;
  let isSeen = false;
  let isAsking = false;
  /** What is shown may lack something: the end of the log is asked for, now or when somebody sees it. */
  let isStale = true;
  let slots = 0;
  /** Told while the end was asked for. */
  let waiting: LogLine[] = [];

  const filter = (): LogFilter => ({
    slot: slot.select.value === "" ? null : Number(slot.select.value),
    level: levels.find((name) => name === level.select.value) ?? null,
    grep: grep.input.value.trim(),
  });
  const atEnd = (change: () => void): void => {
    const wasAtEnd = frame.scrollHeight - frame.scrollTop - frame.clientHeight < 24;
    change();
    none.hidden = lines.children.length > 0;
    if (wasAtEnd) frame.scrollTop = frame.scrollHeight;
  };
  const append = (told: readonly LogLine[]): void => {
    const found = told.filter(passesOf(filter()));
    if (found.length === 0) return;
    atEnd(() => {
      lines.append(...found.map((line) => lineOf(line, lang)));
      while (lines.children.length > linesShown) lines.firstElementChild?.remove();
    });
  };
  const ask = async (): Promise<void> => {
    isStale = true;
    if (isAsking || !isSeen || document.hidden || !made.isConnected) return;
    isAsking = true;
    isStale = false;
    waiting = [];
    const wanted = filter();
    try {
      const query = new URLSearchParams(Object.entries(wanted).map(([name, value]) => [name, String(value ?? "")]));
      const found = await api.get<readonly LogLine[]>(`/v1/logs?${query.toString()}`);
      atEnd(() => lines.replaceChildren(...found.map((line) => lineOf(line, lang))));
      const known = new Set(found.map(keyOf));
      append(waiting.filter((line) => !known.has(keyOf(line))));
    } catch {
      // The headline says that there is no contact; with it again, this is asked again.
      isStale = true;
    } finally {
      isAsking = false;
    }
    if (JSON.stringify(filter()) !== JSON.stringify(wanted)) void ask();
  };

  new IntersectionObserver((entries) => {
    isSeen = entries.some((entry) => entry.isIntersecting);
    if (isStale) void ask();
  }).observe(made);
  for (const field of [slot.select, level.select]) field.addEventListener("change", () => void ask());
  grep.input.addEventListener("input", () => void ask());
  made.querySelector("form")?.addEventListener("submit", (event) => event.preventDefault());

  return {
    element: made,
    lines: (told) => {
      if (told === null || told.missed > 0) isStale = true;
      else if (isAsking) waiting.push(...told.lines);
      else if (isSeen && !isStale) append(told.lines);
      else isStale = true;
    },
    update: ({ snapshot }) => {
      const highest = Math.max(slots, ...snapshot.workers.map((worker) => worker.slot));
      for (; slots < highest; slots++) slot.select.append(element("option", { value: slots + 1 }, String(slots + 1)));
      // Once a second at most, however much is missed.
      if (isStale) void ask();
    },
  };
};

/** Lines that were told may be at the end that was asked for, too. */
const keyOf = ({ timestamp, slot, message }: LogLine): string => JSON.stringify([timestamp, slot, message]);

const levels = ["info", "warn", "error"] as const;
const linesShown = 200;

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
  const words = say(lang, localTimes(said));
  return words.startsWith(said.code) ? message : words;
};
