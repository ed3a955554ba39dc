import type { DrillName } from "../../protocol/drill.ts";
import { usualDrill } from "../../protocol/drill.ts";
import { promisesOf } from "../../protocol/drill-promises.ts";
import type { Snapshot } from "../../protocol/snapshot.ts";
import { say } from "../../words/say.ts";
import { element, setText } from "./dom.ts";
import type { Surroundings } from "./store.ts";

/** What a drill will do and to whom, and what it is judged by: shown before anybody can start it. */
export const createDrillPreview = ({ lang, words }: Surroundings) => {
  const does = element("p", { class: "plan-head" });
  const promises = element("ul", { class: "promises" });
  const who = element("p", { class: "muted" });
  const made = element("div", { class: "plan" }, does, element("h3", {}, words("panel.promised")), promises, who);
  return {
    element: made,
    show: (drill: DrillName, snapshot: Snapshot): void => {
      const { users: online, connections } = snapshot.load;
      const { seconds } = usualDrill;
      const facts = { online, connections, slot: null, seconds, what: `drill-does.${drill}` };
      setText(does, words(online === 0 && connections === 0 ? "ask.drill-alone" : "ask.drill", facts));
      setText(who, words("panel.drill-users", { users: drill === "burst" ? null : usualDrill.users }));
      promises.replaceChildren(...promisesOf(drill, snapshot).map((one) => element("li", {}, say(lang, one))));
    },
  };
};
