import type { Session } from "node:inspector";
import { ownResidentBytes } from "../host/own-memory.ts";
import type { Frame, Picture } from "../protocol/black-box.ts";
import { readInFlight } from "./in-flight.ts";

/**
 * What a blocked main thread is doing, taken from another thread: its stack through the inspector, which needs no port
 * (TRAPS 57: 15–25 ms in a loop, a regular expression, a sort; native code is told by the CPU that it uses instead). The
 * main thread stands still for so long, and then goes on as if nothing had been.
 */
export const takePicture = async (sources: PictureSources): Promise<Picture> => {
  const glimpse = takeGlimpse(sources);
  return { ...glimpse, asked: true, ...(await askInspector(sources.mainCpuMs).catch(() => nothing)) };
};

/** What can be had without the main thread: its requests, should it never end this turn. */
export const takeGlimpse = ({ inFlight, mainNowMs, heapLimitBytes }: PictureSources): Picture => ({
  asked: false,
  ...nothing,
  rssBytes: ownResidentBytes(),
  heapLimitBytes,
  ...readInFlight(inFlight, mainNowMs()),
});

export interface PictureSources {
  /** The table's memory. */
  readonly inFlight: SharedArrayBuffer;
  /** `performance.now()` of the main thread, whose clock began before this one's. */
  readonly mainNowMs: () => number;
  readonly heapLimitBytes: number;
  /** That the main thread has ever used. */
  readonly mainCpuMs: () => number;
}

interface Asked {
  readonly stack: readonly Frame[] | null;
  readonly heapUsedBytes: number | null;
}

const nothing: Asked = { stack: null, heapUsedBytes: null };

const askInspector = (mainCpuMs: () => number): Promise<Asked> =>
  new Promise((resolve) => {
    // Where Node was built without it this throws, and the promise rejects.
    const session = new (process.getBuiltinModule("node:inspector").Session)();
    let asked = nothing;
    const end = (): void => {
      clearInterval(look);
      session.disconnect();
      resolve(asked);
    };
    const [beganAtMs, cpuBeforeMs] = [performance.now(), mainCpuMs()];
    // On a busy host the main thread gets no CPU to come to it.
    const look = setInterval(() => {
      if (mainCpuMs() - cpuBeforeMs >= nativeAfterMs || performance.now() - beganAtMs >= withinMs) end();
    }, lookEveryMs);
    const urls = new Map<string, string>();
    session.connectToMainThread();
    session.on("Debugger.scriptParsed", ({ params }) => urls.set(params.scriptId, params.url));
    session.once("Debugger.paused", ({ params }) => {
      const frames = params.callFrames.map((frame) => ({ frame, url: urls.get(frame.location.scriptId) ?? frame.url }));
      const stack = frames.filter(({ url }) => !url.startsWith(ownUrl)).slice(0, framesKept);
      asked = { ...asked, stack: stack.map(({ frame, url }) => frameOf(frame, url)) };
      session.post("Runtime.getHeapUsage", (_, usage: { readonly usedSize?: number } | undefined) => {
        asked = { ...asked, heapUsedBytes: usage?.usedSize ?? null };
        resume(session, end);
      });
    });
    session.post("Debugger.enable");
    session.post("Debugger.pause");
  });

const resume = (session: Session, then: () => void): void => {
  session.post("Debugger.resume", () => session.post("Debugger.disable", then));
};

const frameOf = ({ functionName, location }: CallFrame, url: string): Frame => ({
  name: functionName.slice(0, longestName),
  file: (url.startsWith("file:") ? toPath(url) : url).slice(0, longestFile),
  line: location.lineNumber + 1,
  column: (location.columnNumber ?? 0) + 1,
});

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly location: {
    readonly scriptId: string;
    readonly lineNumber: number;
    readonly columnNumber?: number | undefined;
  };
}

const toPath = (url: string): string => {
  try {
    return process.getBuiltinModule("node:url").fileURLToPath(url);
  } catch {
    return url;
  }
};

/** Ten times what it takes in JavaScript. */
const nativeAfterMs = 200;
/** The master kills after a second where the slot has a new worker by then; this is where it has not. */
const withinMs = 3_000;
const lookEveryMs = 50;
/** What stands in front of every app says nothing. */
const ownUrl = new URL(".", import.meta.url).href;
const framesKept = 30;
const longestName = 200;
const longestFile = 500;
