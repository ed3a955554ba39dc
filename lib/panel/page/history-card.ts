import { say } from "../../words/say.ts";
import type { HistoryRow } from "../shapes.ts";
import type { Api } from "./api.ts";
import { clock } from "./clock.ts";
import { card, element } from "./dom.ts";
import type { Surroundings, View } from "./store.ts";
import { createTable, type TableRow } from "./table.ts";

/** The journal, newest first, with what was measured; asked for anew when a revision is new or a change has ended. */
export const createHistoryCard = ({ lang, words }: Surroundings, api: Api): View => {
  const table = createTable(words("panel.history"), [
    { title: words("word.revision"), align: "right" },
    { title: words("word.at") },
    { title: words("word.kind") },
    { title: words("word.result") },
    { title: words("word.by"), weight: "minor" },
  ]);
  let shownFor = "";

  const rowOf = (row: HistoryRow, index: number): TableRow => {
    const { revision, at, kind, stage, drill, by, reason, result, because, evidence, inForce } = row;
    const how = because === null ? say(lang, result) : `${say(lang, result)}: ${say(lang, because)}`;
    return {
      key: `${at}.${index}`,
      state: inForce ? "current" : undefined,
      cells: [
        revision === null ? "–" : `${revision}`,
        clock(at),
        kind === null ? "–" : words(kind, { stage, drill }),
        withEvidence(
          inForce ? `${how} · ${words("panel.in-force")}` : how,
          evidence.map((one) => say(lang, one)),
        ),
        reason === null ? by : `${by}: ${reason}`,
      ],
    };
  };
  const load = async (): Promise<void> => {
    table.show((await api.get<readonly HistoryRow[]>("/v1/history")).map(rowOf));
  };

  return {
    element: card("history", words("panel.history"), table.element),
    update: ({ snapshot, change }) => {
      const key = [snapshot.revision, snapshot.state === "changing", change?.lines.at(-1)?.type === "outcome"].join();
      if (key === shownFor) return;
      shownFor = key;
      load().catch(() => {
        shownFor = "";
      });
    },
  };
};

const withEvidence = (text: string, evidence: readonly string[]): string | HTMLElement =>
  evidence.length === 0
    ? text
    : element(
        "details",
        {},
        element("summary", {}, text),
        element("ul", {}, ...evidence.map((sentence) => element("li", {}, sentence))),
      );
