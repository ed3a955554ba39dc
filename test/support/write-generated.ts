import { writeFileSync } from "node:fs";
import { generatedFiles } from "./generated-files.ts";

/** `npm run generate`: after a change of the profile's definition, of the settings table or of the settings' words. */
for (const { path, text } of Object.values(generatedFiles)) writeFileSync(path, text());
