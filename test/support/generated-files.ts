import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { profileJsonSchema } from "../../lib/profile/json-schema.ts";
import { builtInProfilesDir } from "../../lib/profile/load.ts";
import { sha256 } from "../../lib/profile/shipped.ts";
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
  shippedProfiles: {
    path: join(packageRoot(), "lib", "profile", "shipped-sha256.ts"),
    text: (): string =>
      renderShipped(shippedProfiles().map((name) => sha256(readFileSync(join(builtInProfilesDir(), name), "utf8")))),
  },
} as const;

export const shippedProfiles = (): readonly string[] =>
  readdirSync(builtInProfilesDir())
    .filter((name) => /^stage-\d+\.json$/.test(name))
    .toSorted();

const renderShipped = (hashes: readonly string[]): string =>
  `/** Written by \`npm run generate\`: SHA-256 of each profiles/stage-N.json, which the tests check in full. */
export const shippedSha256: readonly string[] = [
${hashes.map((hash) => `  "${hash}",\n`).join("")}];
`;
