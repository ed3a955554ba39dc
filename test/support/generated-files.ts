import { join } from "node:path";
import { profileJsonSchema } from "../../lib/profile/json-schema.ts";
import { packageRoot } from "../../lib/package-root.ts";
import { renderEnvExample } from "../../lib/settings/env-example.ts";
import { say } from "../../lib/words/say.ts";

/** Files of the repository that are written from the code; tests prove that they still equal it. */
export const generatedFiles = {
  profileSchema: {
    path: join(packageRoot(), "profiles", "profile.schema.json"),
    text: (): string => `${JSON.stringify(profileJsonSchema(), null, 2)}\n`,
  },
  envExample: {
    path: join(packageRoot(), ".env.example"),
    text: (): string => renderEnvExample((message) => [say("en", message), say("zh", message)]),
  },
} as const;
