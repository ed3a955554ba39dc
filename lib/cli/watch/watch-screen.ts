import { setTimeout as pause } from "node:timers/promises";
import type { ControlClient } from "../../control/client.ts";
import { DashdError } from "../../errors.ts";
import { readLog } from "../../home/log-reader.ts";
import type { HomePaths } from "../../home/paths.ts";
import { type ChangeRequest } from "../../protocol/control.ts";
import { monotonicMs } from "../../protocol/worker-messages.ts";
import { say, sayError } from "../../words/say.ts";
import { author } from "../author.ts";
import type { CommandContext, Terminal } from "../command.ts";
import { layout, type Seen } from "./layout.ts";
import { createLook } from "./look.ts";
import { knownStages, planText } from "./plans.ts";
import { createScreen } from "./screen.ts";
import { emptyTrail, follow } from "./trail.ts";
import { type Effect, opened, press, type ViewState, type Wanted, withLog, withPlan, withStep } from "./view-state.ts";
import { exitCodes } from "../exit-codes.ts";

/**
 * `dashd status --watch` on a terminal: 0 when it is quit, 130 when it is interrupted. Throws when the master is gone, the
 * terminal restored. A change that was asked for here runs on in the master when the view is left.
 */
export const watchScreen = async (
  client: ControlClient,
  paths: HomePaths,
  terminal: Terminal,
  context: CommandContext,
): Promise<number> => {
  const { io, lang, interrupted } = context;
  const look = createLook(lang, io.paint);
  // Before the screen is taken: who finds nothing running shall read so.
  const first = await client.status();
  let seen: Seen = { snapshot: first, trail: follow(emptyTrail, first, monotonicMs()), silentSec: null };
  let state: ViewState = opened;
  let changes = 0;
  const leaving = new AbortController();
  const left = AbortSignal.any([leaving.signal, interrupted]);
  let exitCode: number = exitCodes.interrupted;
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);

  const end = (code: number): void => {
    exitCode = code;
    leaving.abort();
  };
  const draw = (): void => screen.draw(layout(seen, screen.size(), state, look));
  let drawing: NodeJS.Timeout | null = null;
  /** Many lines of a log in one moment are one frame. */
  const drawSoon = (): void => {
    drawing ??= setTimeout(() => {
      drawing = null;
      draw();
    }, frameMs);
  };
  const become = (next: ViewState): void => {
    if (next === state) return;
    state = next;
    drawSoon();
  };

  const poll = async (): Promise<void> => {
    let answeredMs = monotonicMs();
    while (!left.aborted) {
      await pause(pollMs, undefined, { signal: left }).catch(() => undefined);
      if (left.aborted) return;
      const snapshot = await client.status().catch((error: unknown) => {
        if (error instanceof DashdError && passing.has(error.code)) return null;
        throw error;
      });
      const nowMs = monotonicMs();
      if (snapshot !== null) answeredMs = nowMs;
      seen = {
        snapshot: snapshot ?? seen.snapshot,
        trail: follow(seen.trail, snapshot, nowMs),
        silentSec: snapshot === null ? Math.round((nowMs - answeredMs) / 1000) : null,
      };
      draw();
    }
  };

  const readLogs = async (): Promise<void> => {
    if (paths.logDir === null) {
      const message = say(lang, { code: "E_NO_LOG_FILES", facts: {} });
      const line = { timestamp: new Date().toISOString(), level: "info", slot: null, stream: null } as const;
      become(withLog(state, { ...line, code: null, facts: {}, message }));
      return;
    }
    for await (const line of readLog({ dir: paths.logDir, lines: logLinesFirst, follow: true, signal: left })) {
      state = withLog(state, line);
      if (state.pane.name === "logs") drawSoon();
    }
  };
  let logsAreRead = false;

  const change = async (wanted: Wanted): Promise<void> => {
    const id = ++changes;
    become({ ...state, change: { id, wanted, lines: [], ended: null } });
    try {
      for await (const step of client.change(requestOf(wanted), left)) {
        const message = step.type === "step" ? step : step.message;
        const ended = step.type === "step" ? null : step.exitCode === 0 ? "well" : "badly";
        become(withStep(state, id, say(lang, message), ended));
      }
    } catch (error) {
      if (left.aborted) return;
      if (!(error instanceof DashdError)) throw error;
      const { sentence } = sayError(lang, error);
      become(withStep(state, id, `${sentence} (${error.code})`, "badly"));
    }
  };

  const act = (effect: Effect): void => {
    switch (effect.type) {
      case "none":
        return;
      case "quit":
        return end(0);
      case "interrupt":
        return end(exitCodes.interrupted);
      case "redraw":
        screen.forget();
        return draw();
      case "suspend":
        screen.leave();
        process.kill(0, "SIGTSTP");
        // The shell's SIGCONT comes first; where nobody is there to stop us for, nothing has stopped.
        setTimeout(wake, frameMs);
        return;
      case "plan": {
        const { wanted } = effect;
        const made = planText(wanted, seen.snapshot, paths, context, look);
        return void made.then((plan) => become(withPlan(state, wanted, plan)), fail);
      }
      case "change":
        return void change(effect.wanted).catch(fail);
    }
  };
  const screen = createScreen({
    terminal,
    pressed: (key) => {
      const next = press(state, key);
      state = next.state;
      if (state.pane.name === "logs" && !logsAreRead) {
        logsAreRead = true;
        void readLogs().catch(fail);
      }
      act(next.effect);
      draw();
    },
    resized: draw,
    gone: () => end(exitCodes.interrupted),
  });
  /** Whoever had the terminal meanwhile has left it as he pleased. */
  const wake = (): void => {
    if (left.aborted) return;
    screen.leave();
    screen.enter();
    draw();
  };

  process.on("exit", screen.leave);
  process.on("SIGCONT", wake);
  try {
    screen.enter();
    draw();
    void knownStages(context).then((stages) => become({ ...state, stages }));
    await Promise.race([poll(), untilAborted(left), failed]);
  } finally {
    leaving.abort();
    process.off("SIGCONT", wake);
    if (drawing !== null) clearTimeout(drawing);
    screen.leave();
    process.off("exit", screen.leave);
  }
  if (state.change?.ended === null) io.err(look.words("cli.detached"));
  return exitCode;
};

const requestOf = (wanted: Wanted): ChangeRequest => {
  const who = author();
  switch (wanted.kind) {
    case "stage":
      return { kind: "stage", stage: wanted.stage, planned: null, ...who };
    case "reload":
      return { kind: "reload", ...who };
    case "rollback":
      return { kind: "rollback", to: null, ...who };
  }
};

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

/** A master that is too busy to answer may answer again; one that is gone does not. */
const passing: ReadonlySet<string> = new Set(["E_TIMED_OUT", "E_CONTROL"]);
const pollMs = 1000;
const frameMs = 30;
const logLinesFirst = 200;
