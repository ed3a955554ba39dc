import type { Message } from "../errors.ts";
import type { LoadSummary } from "../load/summary.ts";

/** A document before it has a language or a format: the writers (`markdown.ts`, `html.ts`) say and lay it out. */
export interface ReportDocument {
  readonly title: Message;
  readonly sections: readonly Section[];
  /** The lines at the foot. */
  readonly closing: readonly LabelledText[];
}

export interface Section {
  /** For links and tests. */
  readonly name: string;
  readonly heading: Message;
  readonly blocks: readonly Block[];
}

/** A name or a figure that is the same in every language, or words of the catalogue. */
export type Text = string | Message;

export type LabelledText = readonly [label: Message, text: Text];

/** `open`: not decided, or not measured. */
export type Mark = "kept" | "missed" | "open" | "planned";

export interface Item {
  readonly text: Text;
  readonly mark: Mark | null;
  /** The name of what the text is about, where that does not say so itself. */
  readonly subject: string | null;
}

export type Block =
  | { readonly kind: "heading" | "text" | "quote"; readonly text: Text }
  | { readonly kind: "labels"; readonly rows: readonly LabelledText[] }
  | { readonly kind: "list"; readonly ordered: boolean; readonly items: readonly Item[] }
  | Table
  | { readonly kind: "code"; readonly lines: readonly Text[] }
  | { readonly kind: "charts"; readonly load: LoadSummary };

export interface Table {
  readonly kind: "table";
  readonly columns: readonly Message[];
  /** Columns of figures, which stand below each other. */
  readonly right: readonly number[];
  readonly rows: readonly (readonly Text[])[];
}

export const message = (code: string, facts: Message["facts"] = {}): Message => ({ code, facts });

export const heading = (code: string, facts: Message["facts"] = {}): Block => ({
  kind: "heading",
  text: message(code, facts),
});

export const text = (code: string, facts: Message["facts"] = {}): Block => ({
  kind: "text",
  text: message(code, facts),
});

export const list = (items: readonly Item[]): Block => ({ kind: "list", ordered: false, items });

export const steps = (items: readonly Text[]): Block => ({
  kind: "list",
  ordered: true,
  items: items.map((one) => item(null, one)),
});

export const item = (mark: Mark | null, said: Text, subject: string | null = null): Item => ({
  ...{ text: said, mark, subject },
});

export const table = (
  columns: readonly string[],
  rows: readonly (readonly Text[])[],
  right: readonly number[] = [],
): Table => ({ kind: "table", columns: columns.map((code) => message(code)), rows, right });

export const code = (lines: readonly Text[]): Block => ({ kind: "code", lines });

export const signs: Readonly<Record<Mark, string>> = { kept: "✅", missed: "❌", open: "⚠️", planned: "📋" };
