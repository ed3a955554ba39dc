import { type Dispatcher, Headers, getSetCookies } from "undici";
import { timingHeader, waitMsIn } from "../protocol/timing-header.ts";
import { drawThinkMs, drawVisit } from "./pace.ts";
import { pause } from "./pause.ts";
import type { RequestSpec, Visit } from "./plan.ts";
import type { Recorder } from "./recorder.ts";

export interface BrowserUserOptions {
  /** Of this user alone: up to six keep-alive connections, as a browser has. */
  readonly dispatcher: Dispatcher;
  readonly visits: readonly Visit[];
  readonly random: () => number;
  readonly recorder: Recorder;
  /** Among all users: each is a browser of its own to the server. */
  readonly user: number;
  /** No visit begins from then on. */
  readonly stopped: AbortSignal;
  readonly now: () => number;
}

/** Opens a page, fetches what belongs to it, reads, comes back; never asks again for what failed. */
export const browse = async (options: BrowserUserOptions): Promise<void> => {
  const { dispatcher, visits, random, recorder, user, stopped, now } = options;
  const cookies = new Map<string, string>();
  /** What this browser has kept, and until when it does not ask for it again. */
  const kept = new Map<string, number>();

  const ask = async (spec: RequestSpec, wantedAtMs: number, everyMs: number): Promise<void> => {
    const { failure, waitMs, bytes, freshMs } = await exchange(dispatcher, spec, cookies, user);
    const endedAtMs = now();
    if (freshMs > 0 && spec.method === "GET") kept.set(spec.path, endedAtMs + freshMs);
    recorder.answered({ path: spec.path, failure, wantedAtMs, endedAtMs, waitMs, bytes, everyMs });
    await connectionFree();
  };

  let wantedAtMs = now();
  while (!stopped.aborted) {
    const visit = drawVisit(visits, random);
    if (visit === undefined) return;
    const thinkMs = drawThinkMs(visit.think, random);
    await ask(visit.document, wantedAtMs, visit.think.medianMs);
    const partsAtMs = now();
    const wanted = visit.parts.filter(({ path }) => (kept.get(path) ?? 0) <= partsAtMs);
    await Promise.all(wanted.map((part) => ask(part, partsAtMs, 0)));
    recorder.visited();
    if (thinkMs > 0) await pause(thinkMs, stopped);
    wantedAtMs = now();
  }
};

/** undici takes a connection again two turns of the loop after an answer; who asked before would open one more. */
const connectionFree = async (): Promise<void> => {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
};

interface Exchanged {
  readonly failure: string | null;
  readonly waitMs: number | null;
  readonly bytes: number;
  /** For how long a browser keeps it without asking. */
  readonly freshMs: number;
}

/** By undici's handlers, not as a stream: a fifth to a half less CPU for each request (measured in turns, Node 20). */
const exchange = (
  dispatcher: Dispatcher,
  { method, path, headers, body, expect }: RequestSpec,
  cookies: Map<string, string>,
  user: number,
): Promise<Exchanged> =>
  new Promise((resolve) => {
    let status = 0;
    let answered: AnswerHeaders = {};
    let bytes = 0;
    let text = "";
    const failed = (error: unknown): void => resolve({ failure: kindOf(error), waitMs: null, bytes, freshMs: 0 });
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const asked = { ...common, "user-agent": `dashd-load/${user + 1}`, ...(cookie !== "" && { cookie }), ...headers };
    const ended = (): Exchanged => {
      keepCookies(answered, cookies);
      const timing = answered["server-timing"];
      const right = expect.status === null ? status < 400 : status === expect.status;
      const wrongBody = expect.contains !== null && !text.includes(Buffer.from(expect.contains).toString("latin1"));
      return {
        failure: right ? (wrongBody ? "wrong-body" : null) : String(status),
        waitMs: waitMsIn(Array.isArray(timing) ? timing.join(",") : (timing ?? null)),
        bytes,
        freshMs: right ? freshMsOf(answered) : 0,
      };
    };
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: () => {},
      onResponseStart: (_, code, said) => {
        status = code;
        answered = said;
      },
      onResponseData: (_, chunk) => {
        bytes += chunk.length;
        if (expect.contains !== null) text += chunk.toString("latin1");
      },
      onResponseEnd: () => {
        try {
          resolve(ended());
        } catch (error) {
          failed(error);
        }
      },
      onResponseError: (_, error) => failed(error),
    };
    try {
      dispatcher.dispatch({ method, path, body, headers: asked }, handler);
    } catch (error) {
      failed(error);
    }
  });

type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

const keepCookies = ({ "set-cookie": lines }: AnswerHeaders, cookies: Map<string, string>): void => {
  if (lines === undefined) return;
  const said = new Headers([lines].flat().map((line): [string, string] => ["set-cookie", line]));
  for (const { name, value, maxAge, expires } of getSetCookies(said)) {
    const isOver = maxAge === 0 || (expires !== undefined && new Date(expires).getTime() < Date.now());
    if (isOver) cookies.delete(name);
    else cookies.set(name, value);
  }
};

/** RFC 9111, as far as it lets a browser not ask at all. */
const freshMsOf = ({ "cache-control": said }: AnswerHeaders): number => {
  const directives = String(said ?? "").toLowerCase();
  if (/no-store|no-cache/.test(directives)) return 0;
  return Number(/(?:^|[\s,])max-age=(\d+)/.exec(directives)?.[1] ?? 0) * 1_000;
};

const kindOf = (error: unknown): string => {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  if (code === "ECONNREFUSED") return "refused";
  if (code.includes("TIMEOUT")) return "time-out";
  if (code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH" || code === "UND_ERR_ABORTED") return "cut";
  if (code === "UND_ERR_SOCKET" || code === "ECONNRESET" || code === "EPIPE") return "reset";
  return code === "" ? "failed" : code.toLowerCase();
};

const common = {
  accept: "text/html,application/json;q=0.9,*/*;q=0.8",
  [timingHeader]: "1",
};
