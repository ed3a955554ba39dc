import { summaryOf } from "../../protocol/summary.ts";
import { megabytes } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { clock, localTimes } from "./clock.ts";
import { element, setAttribute, setText } from "./dom.ts";
import type { Seen, Surroundings, View } from "./store.ts";

/** The sentence that `dashd status` begins with: what counts large, the figures below it, and what is to be known. */
export const createHeadline = ({ lang, words }: Surroundings): View & { lost(): void } => {
  // Can be given the focus: the first thing to be read after the login.
  const head = element("h1", { class: "head", tabindex: -1 });
  const figures = element("ul", { class: "figures", "aria-label": words("panel.figures") });
  const about = element("p", { class: "about muted" });
  const spoken = element("p", { class: "unseen", "aria-live": "polite", id: "spoken" });
  const notes = element("ul", { class: "notes", "aria-label": words("panel.notes") });
  const made = element(
    "section",
    { class: "headline", "aria-label": words("panel.status") },
    head,
    figures,
    about,
    notes,
    spoken,
  );
  let saidFor = "";
  let heardAt = new Date().toISOString();

  /** Read aloud where something has changed that counts, not with every figure of every second. */
  const speak = ({ snapshot }: Seen, sentence: string): void => {
    const { state, stage, revision, drift, services } = snapshot;
    const key = [state, stage, revision, drift.join(), services.redis.state, services.postgres.state].join("|");
    if (key === saidFor) return;
    saidFor = key;
    setText(spoken, sentence);
  };

  return {
    element: made,
    lost: () => {
      setAttribute(made, "data-state", "lost");
      setText(head, words("panel.no-contact"));
      setText(about, words("panel.last-heard", { at: clock(heardAt) }));
      setText(spoken, words("panel.no-contact"));
      document.title = `${words("panel.no-contact")} · dashd`;
      saidFor = "";
    },
    update: (seen) => {
      const { snapshot } = seen;
      heardAt = new Date().toISOString();
      const summary = summaryOf(snapshot);
      const sentence = say(lang, summary);
      const [first = "", ...rest] = sentence.split(" · ");
      setAttribute(made, "data-state", toneOf(seen, summary.facts["ok"] === true));
      setText(head, first);
      fillList(figures, rest);
      const { app, master, services, url } = snapshot;
      const served = services.upstream?.url ?? app.path;
      setText(
        about,
        `${served} · ${url} · ${words("panel.master", { pid: master.pid, rss: megabytes(master.rssBytes) })}`,
      );
      fillList(notes, notesOf(seen));
      speak(seen, sentence);
      document.title = `${first} · dashd`;
    },
  };

  function notesOf({ snapshot }: Seen): readonly string[] {
    const { services, warnings, drift, app } = snapshot;
    const sick = [services.redis, services.postgres, services.upstream].flatMap((one) => one?.reason ?? []);
    const appDrift = app.sealed === null ? "status.app-drift" : "status.app-drift-sealed";
    return [
      ...(drift.includes("app") ? [words(appDrift)] : []),
      ...sick.map((reason) => say(lang, localTimes(reason))),
      ...warnings.map((warning) => say(lang, localTimes(warning))),
    ];
  }
};

const toneOf = ({ snapshot: { state, mode, drift } }: Seen, isOk: boolean): string => {
  if (isOk || (mode === "development" && state === "held")) return "ok";
  return drift.length > 0 || state === "draining" ? "critical" : "warn";
};

const fillList = (list: HTMLElement, texts: readonly string[]): void => {
  while (list.children.length > texts.length) list.lastElementChild?.remove();
  texts.forEach((text, index) => setText(list.children[index] ?? list.appendChild(element("li")), text));
};
