import { readJournal } from "../home/journal.ts";
import type { CommittedEntry } from "../home/journal-entries.ts";
import { inForce } from "../home/revisions.ts";
import { describeHost } from "../host/describe-host.ts";
import { identifyApp } from "../master/app-identity.ts";
import { fingerprintOf } from "../profile/compare.ts";
import { declaredLimits } from "../profile/limits.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import { DashdError } from "../errors.ts";
import { checkProof, type Here } from "../verify/check-proof.ts";
import { readProof } from "../verify/read-proof.ts";
import { say } from "../words/say.ts";
import type { CommandContext } from "./command.ts";
import { homeOf } from "./home-of.ts";
import { statusOf } from "./surroundings.ts";
import { ageSecOf } from "./proof-age.ts";
import { exitCodes } from "./exit-codes.ts";

/** `dashd verify --check FILE`: whether a proof still says something of what is in force here, running or not. */
export const check = async (file: string, context: CommandContext): Promise<number> => {
  const { io, lang, json } = context;
  const proof = readProof(file);
  const paths = homeOf(context);
  const running = await statusOf(paths);
  const entry = inForce(readJournal(paths.journal));
  if (entry === null) throw new DashdError("E_NOT_RUNNING", { home: paths.dir }, { hint: "dashd start" });
  const differences = checkProof(proof, hereOf(entry, running, context.version));
  const { at, stage, revision } = proof;
  const verdict = {
    code: differences.length === 0 ? "proof.still-holds" : "proof.holds-no-more",
    facts: { file, at, stage, revision, ageSec: ageSecOf(at), isRunning: running !== null },
  };
  if (json) {
    const words = differences.map((one) => say(lang, one));
    const document = {
      schemaVersion: 1,
      file,
      holds: differences.length === 0,
      at,
      stage,
      revision,
      differences: words,
    };
    io.out(JSON.stringify(document, null, 2));
  } else {
    for (const one of differences) io.out(io.paint("red", `✗ ${say(lang, one)}`));
    io.out(io.paint(differences.length === 0 ? "green" : "red", say(lang, verdict)));
  }
  return differences.length === 0 ? 0 : exitCodes.notKept;
};

/** As the journal has it; while nothing runs, with the code on disk, which is what the next start takes. */
const hereOf = ({ profile, app, stage }: CommittedEntry, running: Snapshot | null, version: string): Here => ({
  dashd:
    running === null
      ? { version, node: process.version }
      : { version: running.master.version, node: running.master.node },
  host: describeHost(),
  stage,
  profileFingerprint: fingerprintOf(profile),
  app: { path: app.path, fingerprint: running?.app.fingerprint ?? codeOnDisk(app) },
  limits: declaredLimits(profile),
});

const codeOnDisk = (app: CommittedEntry["app"]): string => {
  // A sealed generation has its code in the home.
  if (app.sealed !== undefined) return app.fingerprint;
  try {
    return identifyApp(app).fingerprint;
  } catch {
    return "gone";
  }
};
