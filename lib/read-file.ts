import { readFileSync } from "node:fs";
import type { Message } from "./errors.ts";
import { type Json, readJsonText } from "./json-text.ts";
import { systemCodeOf } from "./system-error.ts";

/** A JSON file that a person wrote, with its text as it stands there; else the fault that says why it cannot be read. */
export const readJsonFile = (
  file: string,
): { readonly text: string; readonly value: Json } | { readonly fault: Message } => {
  const text = readTextFile(file);
  if (typeof text !== "string") return { fault: text };
  const json = readJsonText(text);
  if (json.ok) return { text, value: json.value };
  const { line, column, found } = json;
  return { fault: { code: "fault.json", facts: { file, line, column, found } } };
};

/** The text of a file, or `fault.unreadable`. */
export const readTextFile = (file: string): string | Message => {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    return unreadable(file, error);
  }
};

/** A file or folder that the system does not give; `found`: its code, where it said one. */
export const unreadable = (file: string, error: unknown): Message => ({
  code: "fault.unreadable",
  facts: { file, found: systemCodeOf(error) ?? String(error) },
});
