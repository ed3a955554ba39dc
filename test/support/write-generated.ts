import { writeFileSync } from "node:fs";
import { generatedFiles } from "./generated-files.ts";

/** `npm run generate`: after a change of the profile's definition or of the settings table. */
for (const { path, text } of Object.values(generatedFiles)) writeFileSync(path, text());
