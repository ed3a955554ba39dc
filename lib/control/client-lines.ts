import type { OpenCall } from "./client-call.ts";
import { DashdError } from "../errors.ts";

/** The lines of a streamed answer, each parsed as JSON, as they arrive. Leaving the loop closes the connection. */
export async function* followLines(call: OpenCall, options: FollowOptions): AsyncGenerator<unknown, void> {
  const watch = watchSilence(call, options.silenceMs, options.alive);
  const leave = (): void => call.cut(new DashdError("E_CONTROL", { found: "control.ended-early" }));
  options.detach?.addEventListener("abort", leave, { once: true });
  try {
    const response = await call.stream();
    response.setEncoding("utf8");
    let rest = "";
    for await (const chunk of untilCut(response)) {
      watch.heard();
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line !== "") yield parse(line);
    }
    watch.fail();
    if (rest !== "") yield parse(rest);
  } finally {
    watch.end();
    options.detach?.removeEventListener("abort", leave);
    leave();
  }
}

interface FollowOptions {
  readonly silenceMs: number;
  /** Rejects when the master gives no sign of life within its own deadline. */
  readonly alive: () => Promise<unknown>;
  /** Closes the connection at once; the lines end there. */
  readonly detach?: AbortSignal | undefined;
}

/** A connection that breaks just ends: whether something is missing is for the reader to say. */
async function* untilCut(chunks: AsyncIterable<unknown>): AsyncGenerator<string, void> {
  try {
    for await (const chunk of chunks) yield String(chunk);
  } catch {
    return;
  }
}

/** A change may be silent for minutes while an old worker finishes; a master that is gone or stopped is found here. */
const watchSilence = (call: OpenCall, silenceMs: number, alive: () => Promise<unknown>) => {
  let found: DashdError | null = null;
  let ended = false;
  const ask = (): void => {
    alive().then(
      () => ended || timer.refresh(),
      (error: unknown) => {
        if (ended) return;
        found = error instanceof DashdError ? error : new DashdError("E_CONTROL", { found: String(error) });
        call.cut(found);
      },
    );
  };
  const timer = setTimeout(ask, silenceMs);
  return {
    heard: () => void timer.refresh(),
    fail: () => {
      if (found !== null) throw found;
    },
    end: () => {
      ended = true;
      clearTimeout(timer);
    },
  };
};

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return null;
  }
};
