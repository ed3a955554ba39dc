import { notRunning } from "./not-running.ts";
import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { DashdError, isErrorCode } from "../errors.ts";
import { socketAddress } from "../home/socket-address.ts";
import { systemCodeOf } from "../system-error.ts";
import { isApiError } from "./client-guards.ts";

export interface ControlCall {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
  readonly home: string;
  readonly socketPath: string;
}

export interface OpenCall {
  /** The whole answer as JSON. */
  document(deadlineMs: number): Promise<unknown>;
  /** The answer once its status line says 200; rejects with the refusal otherwise. */
  stream(): Promise<IncomingMessage>;
  /** Ends the call with this error. */
  cut(error: DashdError): void;
}

export const callControl = (call: ControlCall): OpenCall => {
  let cutBy: DashdError | null = null;
  let request: ClientRequest | null = null;
  const cut = (error: DashdError): void => {
    cutBy ??= error;
    request?.destroy(cutBy);
  };
  const explained = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw cutBy ?? (await inWords(error, call));
    }
  };
  const open = async (): Promise<IncomingMessage> => {
    const address = socketAddress(call.socketPath);
    const sent = (fresh: ClientRequest): void => {
      request = fresh;
      if (cutBy !== null) fresh.destroy(cutBy);
    };
    try {
      for (;;) {
        try {
          return await send(call, address.path, sent);
        } catch (error) {
          if (cutBy !== null || !isQueueFull(error)) throw error;
          await pause(queueFullPauseMs);
        }
      }
    } finally {
      address.release();
    }
  };
  const accepted = async (): Promise<IncomingMessage> => {
    const response = await open();
    if (response.statusCode !== 200) throw refusalOf(await jsonOf(response), call);
    return response;
  };

  return {
    cut,
    stream: () => explained(accepted),
    document: async (deadlineMs) => {
      const late = (): void => cut(new DashdError("E_TIMED_OUT", { what: "what.control", seconds: deadlineMs / 1000 }));
      const timer = setTimeout(late, deadlineMs);
      try {
        return await explained(async () => jsonOf(await accepted()));
      } finally {
        clearTimeout(timer);
      }
    },
  };
};

const send = (
  { method, path, body }: ControlCall,
  socketPath: string,
  sent: (request: ClientRequest) => void,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const text = body === undefined ? "" : JSON.stringify(body);
    const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) };
    const request = httpRequest({ socketPath, method, path, headers, agent: false }, resolve);
    request.on("error", reject);
    request.end(text);
    sent(request);
  });

/** Many clients at once: the kernel's queue of the socket is full for a moment. The call's own deadline ends the tries. */
const isQueueFull = (error: unknown): boolean => systemCodeOf(error) === "EAGAIN";

const queueFullPauseMs = 20;

const maxAnswerBytes = 8 * 1024 * 1024;

const jsonOf = async (response: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxAnswerBytes) throw new Error("an answer without end");
    chunks.push(chunk as Buffer);
  }
  return JSON.parse(Buffer.concat(chunks).toString("utf8")) as unknown;
};

const refusalOf = (body: unknown, { socketPath }: ControlCall): DashdError => {
  if (!isApiError(body) || !isErrorCode(body.error.code)) {
    return new DashdError("E_CONTROL", { socket: socketPath, found: "control.odd-answer" });
  }
  const { code, facts, hint, details } = body.error;
  return new DashdError(code, facts, { hint, details });
};

const inWords = async (error: unknown, { home, socketPath }: ControlCall): Promise<DashdError> => {
  if (error instanceof DashdError) return error;
  const code = systemCodeOf(error);
  if (code === "ENOENT" || code === "ECONNREFUSED") {
    return notRunning(home);
  }
  return new DashdError("E_CONTROL", { socket: socketPath, found: faultOf(error, code) }, { cause: error });
};

/** Bytes that are no HTTP or no JSON; else the system's own code, which has a sentence. */
const faultOf = (error: unknown, code: unknown): string => {
  if (error instanceof SyntaxError || (typeof code === "string" && code.startsWith("HPE_")))
    return "control.odd-answer";
  if (code === "ECONNRESET" || code === "EPIPE") return "control.ended-early";
  return typeof code === "string" ? code : String(error);
};
