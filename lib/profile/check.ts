import type { Message } from "../errors.ts";
import type { Json } from "../json-text.ts";
import { faultsAcrossFields } from "./rules.ts";
import { schemaFaults } from "./schema-faults.ts";
import { profileSchema } from "./schema.ts";
import type { Profile } from "./schema.ts";

export type Checked =
  | { readonly ok: true; readonly profile: Profile }
  | { readonly ok: false; readonly faults: readonly Message[] };

/** Judges one whole profile: every fault of single fields and across fields, each with file, path, found and allowed. */
export const checkProfile = (raw: Json, file: string): Checked => {
  const parsed = profileSchema.safeParse(raw);
  const faults = [
    ...(parsed.success ? [] : schemaFaults(profileSchema, parsed.error.issues, raw, file)),
    ...faultsAcrossFields(raw, file),
  ];
  return parsed.success && faults.length === 0 ? { ok: true, profile: parsed.data } : { ok: false, faults };
};
