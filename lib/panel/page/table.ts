import { element, setAttribute, setText } from "./dom.ts";

/** A table whose rows are kept by their keys: what stays is changed in place, so that the eye sees what moves. */
export interface Table {
  readonly element: HTMLElement;
  show(rows: readonly TableRow[]): void;
}

export interface TableRow {
  readonly key: string;
  readonly cells: readonly Cell[];
  readonly state?: string | undefined;
}

export type Cell = string | Node | CellParts;

interface CellParts {
  readonly text: string;
  readonly state?: string;
  readonly title?: string;
  /** Said below the text where there is no room for the column that says it. */
  readonly note?: string;
}

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** `minor`: left out where there is little room. */
  readonly weight?: "minor";
}

export const createTable = (caption: string, columns: readonly Column[]): Table => {
  const body = element("tbody");
  const head = columns.map((column) => element("th", { scope: "col", class: classOf(column) }, column.title));
  const table = element(
    "table",
    {},
    element("caption", { class: "unseen" }, caption),
    element("thead", {}, element("tr", {}, ...head)),
    body,
  );
  const known = new Map<string, HTMLTableRowElement>();
  const make = ({ key }: TableRow): HTMLTableRowElement => {
    const cells = columns.map((column, index) =>
      index === 0 ? element("th", { scope: "row", class: classOf(column) }) : element("td", { class: classOf(column) }),
    );
    const row = element("tr", { class: "fresh" }, ...cells);
    known.set(key, row);
    return row;
  };
  return {
    // A table that is wider than the screen is scrolled in its own frame, by keyboard too.
    element: element("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": caption }, table),
    show: (rows) => {
      const wanted = new Set(rows.map(({ key }) => key));
      for (const [key, row] of known) {
        if (wanted.has(key)) continue;
        row.remove();
        known.delete(key);
      }
      rows.forEach((data, index) => {
        const row = known.get(data.key) ?? make(data);
        setAttribute(row, "data-state", data.state ?? "");
        data.cells.forEach((cell, place) => fill(row.cells.item(place), cell));
        if (body.children[index] !== row) body.insertBefore(row, body.children[index] ?? null);
      });
    },
  };
};

const fill = (place: HTMLTableCellElement | null, cell: Cell): void => {
  if (place === null) return;
  if (cell instanceof Node) {
    if (place.firstChild !== cell) place.replaceChildren(cell);
    return;
  }
  const { text, state = "", title = "", note = "" }: CellParts = typeof cell === "string" ? { text: cell } : cell;
  if (note === "") setText(place, text);
  else if (place.textContent !== text + note) place.replaceChildren(text, element("small", { class: "note" }, note));
  setAttribute(place, "data-state", state);
  if (title !== "") setAttribute(place, "title", title);
};

const classOf = ({ align = "left", weight }: Column): string => [align, weight ?? ""].join(" ").trim();
