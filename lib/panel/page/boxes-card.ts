import type { BlackBox } from "../../protocol/black-box.ts";
import { duration, lifetime, megabytes } from "../../words/format.ts";
import type { BoxRow } from "../shapes.ts";
import type { Api } from "./api.ts";
import { clock } from "./clock.ts";
import { button, card, element } from "./dom.ts";
import type { Seen, Surroundings, View, Words } from "./store.ts";
import { createTable } from "./table.ts";

/** What killed or hung workers; one at a time in full. */
export const createBoxesCard = ({ words }: Surroundings, api: Api): View => {
  const table = createTable(words("panel.boxes"), [
    { title: words("word.slot"), align: "right" },
    { title: words("word.at") },
    { title: words("panel.cause") },
  ]);
  const none = element("p", { class: "muted" }, words("why.nothing", {}));
  let shownFor: string | null = null;

  const open = async (id: number): Promise<void> => {
    showBox(await api.get<BlackBox>(`/v1/black-boxes?id=${id}`), words);
  };
  const load = async (): Promise<void> => {
    const rows = await api.get<readonly BoxRow[]>("/v1/black-boxes");
    none.hidden = rows.length > 0;
    table.element.hidden = rows.length === 0;
    table.show(
      rows.map(({ id, slot, at, cause, inARow }) => ({
        key: String(id),
        cells: [
          String(slot),
          clock(at),
          button(`${words(`died-of.${cause}`)}${inARow > 1 ? ` × ${inARow}` : ""}`, { class: "link" }, () => {
            open(id).catch(() => undefined);
          }),
        ],
      })),
    );
  };

  return {
    element: card("boxes", words("panel.boxes"), none, table.element),
    update: (seen) => {
      const key = deathsIn(seen);
      if (key === shownFor) return;
      shownFor = key;
      load().catch(() => {
        shownFor = null;
      });
    },
  };
};

const deathsIn = ({ snapshot }: Seen): string =>
  snapshot.workers
    .filter(({ state, restarts }) => restarts > 0 || state === "hung" || state === "backing-off")
    .map(({ generation, slot, pid, restarts }) => `${generation}.${slot}.${pid}.${restarts}`)
    .join();

const showBox = (box: BlackBox, words: Words): void => {
  const { slot, pid, generation, stage, at, cause, error, hang, memory, inFlight, stack, noStack, output } = box;
  const limit = memory.heapLimitBytes === null ? null : megabytes(memory.heapLimitBytes);
  const what = {
    usedMs: hang?.usedMs ?? null,
    code: box.code,
    signal: box.signal,
    message: error?.message ?? null,
    place: error?.place ?? null,
    limit,
    killed: box.signal === "SIGKILL",
  };
  const frames = stack?.map(({ name, file, line, column }) => `${name} ${file}:${line}:${column}`);
  const trace = frames?.join("\n") ?? (noStack === null ? (error?.stack ?? "") : words(`why.no-stack-${noStack}`));
  const requests = inFlight.requests.map(
    ({ method, path, ageMs, traceId }) =>
      `${method} ${path}  ${duration(ageMs)}${traceId === undefined ? "" : `  ${words("why.trace", { traceId })}`}`,
  );
  const part = (title: string, text: string): readonly HTMLElement[] =>
    text === "" ? [] : [element("h3", {}, title), element("pre", { tabindex: 0 }, text)];
  const dialog = element(
    "dialog",
    { "aria-labelledby": "box-title", class: "box" },
    element("h2", { id: "box-title" }, words(`died.${cause}`, what)),
    element("p", { class: "muted" }, words("panel.box-who", { slot, pid, generation, stage, at: clock(at) })),
    element("p", {}, words("why.lived", { lived: lifetime(box.livedMs), ready: box.readyForMs })),
    ...part(words("why.in-flight"), requests.join("\n")),
    ...part(words("panel.stack"), trace),
    element(
      "p",
      {},
      words("why.memory", {
        rss: megabytes(memory.rssBytes),
        used: megabytes(memory.heapUsedBytes),
        limit,
        beat: inFlight.asOf === "beat",
      }),
    ),
    ...part(words("panel.last-output"), output.map(({ text }) => text).join("\n")),
  );
  const close = button(words("panel.close"), { class: "primary" }, () => dialog.close());
  dialog.append(element("div", { class: "buttons" }, close));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
};
