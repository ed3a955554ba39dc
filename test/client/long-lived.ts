import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { WebSocket } from "ws";

/** A client that stays connected, as a page in a browser does, and comes back when its connection has ended. */
export interface LongLivedUser {
  /** What it heard of its server, newest last. */
  readonly heard: readonly Heard[];
  /** Ends of its connections, its own leaving not among them. */
  readonly ends: readonly End[];
  leave(): Promise<void>;
}

export interface Heard {
  readonly pid: number;
  readonly atMs: number;
}

export interface End {
  /** Who was heard last on it; 0: nobody. */
  readonly pid: number;
  /** `goodbye`: by the rules of its protocol, so that a page knows to come back. `lost`: without a word. */
  readonly how: "goodbye" | "lost";
  readonly detail: string;
}

/** Sends a message again and again; the server answers each with `{ pid, msg }`. */
export const webSocketUser = (url: string): LongLivedUser =>
  comeBack(async ({ hear, stopped }) => {
    const socket = new WebSocket(url);
    let fault = "";
    socket.on("error", (error) => (fault = `: ${error.message}`));
    const closed = new Promise<Omit<End, "pid">>((resolve) => {
      socket.once("close", (code) => resolve({ how: code === 1001 ? "goodbye" : "lost", detail: `${code}${fault}` }));
    });
    stopped.addEventListener("abort", () => socket.terminate());
    socket.on("message", (data: Buffer) => hear(JSON.parse(data.toString()).pid));
    const talking = setInterval(() => {
      if (socket.readyState === WebSocket.OPEN) socket.send("hello");
    }, everyMs);
    const end = await closed;
    clearInterval(talking);
    return end;
  });

/** Reads an event stream whose every `data` is the pid of the server. */
export const eventStreamUser = (url: string): LongLivedUser =>
  comeBack(async ({ hear, stopped }) => {
    const asked = request(url, { agent: false, headers: { accept: "text/event-stream" } });
    stopped.addEventListener("abort", () => void asked.destroy());
    try {
      const answered = once(asked, "response");
      asked.end();
      const [answer] = (await answered) as [IncomingMessage];
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => {
        const events = (text += part).split("\n\n");
        text = events.pop() ?? "";
        for (const event of events) hear(Number(/^data: (\d+)$/m.exec(event)?.[1]));
      });
      await once(answer, "close");
      const isWhole = answer.complete && text === "";
      return { how: isWhole ? "goodbye" : "lost", detail: isWhole ? "end" : `cut behind ${JSON.stringify(text)}` };
    } catch (error) {
      return { how: "lost", detail: String(error) };
    }
  });

const comeBack = (stay: (connection: Stay) => Promise<Omit<End, "pid">>): LongLivedUser => {
  const heard: Heard[] = [];
  const ends: End[] = [];
  const leaving = new AbortController();
  const live = async (): Promise<void> => {
    while (!leaving.signal.aborted) {
      let pid = 0;
      const hear = (from: number): void => void heard.push({ pid: (pid = from), atMs: performance.now() });
      const end = await stay({ hear, stopped: leaving.signal });
      if (leaving.signal.aborted) return;
      ends.push({ pid, ...end });
      await pause(everyMs);
    }
  };
  const life = live();
  return {
    heard,
    ends,
    leave: () => {
      leaving.abort();
      return life;
    },
  };
};

interface Stay {
  readonly hear: (pid: number) => void;
  readonly stopped: AbortSignal;
}

const everyMs = 50;
