import type { LimitValue } from "../../protocol/snapshot.ts";
import { clock } from "./clock.ts";
import { card, element, setText } from "./dom.ts";
import type { Surroundings, View } from "./store.ts";
import { createTable } from "./table.ts";

/** What was declared, what is effective, what was proven; drift in red. */
export const createStageCard = ({ words }: Surroundings): View => {
  const table = createTable(words("panel.limits"), [
    { title: words("word.limit") },
    { title: words("word.declared"), align: "right" },
    { title: words("word.effective"), align: "right" },
    { title: words("word.proven"), align: "right" },
  ]);
  const about = element("p", { class: "muted" });
  const foot = element("p", { class: "muted foot" });
  return {
    element: card("stage", words("panel.stage"), about, table.element, foot),
    update: ({ snapshot, about: { stages } }) => {
      const row = stages.find(({ stage }) => stage === snapshot.stage);
      const { generation, since } = snapshot;
      const facts = {
        generation,
        since: clock(since),
        usersMin: row?.usersMin ?? null,
        usersMax: row?.usersMax ?? null,
      };
      setText(about, words("panel.stage-for", facts));
      const rows = [...snapshot.limits].sort((a, b) => Number(b.drift) - Number(a.drift));
      table.show(
        rows.map(({ name, declared, effective, proven, provenAt, drift }) => ({
          key: name,
          state: drift ? "critical" : undefined,
          cells: [
            name,
            shown(declared),
            drift ? { text: `${shown(effective)} ${words("status.drift-mark")}`, state: "critical" } : shown(effective),
            { text: shown(proven), title: provenAt ?? "" },
          ],
        })),
      );
      const unproven = snapshot.limits.every(({ proven }) => proven === null);
      setText(
        foot,
        snapshot.mode === "development" ? words("status.not-enforced") : unproven ? words("panel.unproven") : "",
      );
    },
  };
};

const shown = (value: LimitValue): string => (value === null ? "–" : String(value));
