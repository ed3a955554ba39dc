import type { Json } from "../json-text.ts";

/** What was found, as it stands in the file, shortened. */
export const foundText = (value: Json): string => {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
};
