import type { Outcome, Progress } from "../protocol/control.ts";
import { say } from "../words/say.ts";
import type { CommandContext } from "./command.ts";
import { createProgress } from "./progress.ts";

/**
 * Shows a change as it happens: steps on stderr, the outcome on stdout, its exit code as ours. Ctrl-C only detaches: the
 * change goes on in the master.
 */
export const follow = async (steps: AsyncIterable<Progress>, context: CommandContext): Promise<number> => {
  const { io, lang, interrupted } = context;
  const progress = createProgress(io);
  progress.soon(say(lang, { code: "cli.asked", facts: {} }));
  try {
    for await (const step of steps) {
      if (step.type === "step") progress.at(say(lang, step));
      else {
        progress.end();
        return tell(step, context);
      }
    }
  } catch (error) {
    if (!interrupted.aborted) throw error;
  } finally {
    progress.end();
  }
  if (!interrupted.aborted) return 0;
  io.err(say(lang, { code: "cli.detached", facts: {} }));
  return 130;
};

const tell = (outcome: Outcome, { io, lang, json }: CommandContext): number => {
  const { exitCode, stage, revision, generation, hint } = outcome;
  const { code } = outcome.message;
  const message = say(lang, outcome.message);
  if (json) {
    const error = exitCode === 0 ? {} : { error: { code, message, hint } };
    io.out(JSON.stringify({ schemaVersion: 1, ...error, exitCode, code, message, hint, stage, revision, generation }));
    return exitCode;
  }
  io.out(exitCode === 0 || !code.startsWith("E_") ? message : `${message} (${code})`);
  for (const detail of outcome.details ?? []) io.err(`  - ${say(lang, detail)}`);
  if (hint !== null) io.err(say(lang, { code: "cli.hint", facts: { hint } }));
  return exitCode;
};
