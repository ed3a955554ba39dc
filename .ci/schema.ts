/**
 * Writes the files that are made from the code: the JSON Schema that `$schema` of the profiles names, and `.env.example`.
 * `npm run schema` after a change to lib/profile/schema.ts, lib/settings/table.ts or the settings' words.
 */
import { writeFileSync } from "node:fs";
import { generatedFiles } from "../test/support/generated-files.ts";

for (const { path, text } of Object.values(generatedFiles)) writeFileSync(path, text());
