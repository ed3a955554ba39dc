import { spawn } from "node:child_process";
import type { Log } from "../log.ts";

/** Says words of sd_notify(3) to the service manager, one process at a time and in order. */
export interface Notifier {
  /** Assignments like `READY=1`. What could not be said yet is said together. */
  say(words: readonly string[]): void;
  /** Nothing is on its way any more; bounded. */
  settled(): Promise<void>;
}

/**
 * Node has no AF_UNIX datagrams (TRAPS 17): systemd's own program says it, at some 10 ms of CPU beside us. It waits until
 * systemd has read the words, else systemd could not tell any more whose they were.
 */
export const createNotifier = (socket: string, log: Log): Notifier => {
  let unsaid: readonly string[] = [];
  let speaking: Promise<void> | null = null;
  let failed = false;

  const speak = async (): Promise<void> => {
    while (unsaid.length > 0) {
      const words = unsaid;
      unsaid = [];
      const found = await systemdNotify(socket, words);
      if (found !== null && !failed) log.warn({ code: "log.notify-failed", facts: { found } });
      failed = found !== null;
    }
    speaking = null;
  };

  return {
    say: (words) => {
      // systemd knows one status: a newer one takes the place of one that was not said yet.
      const isOutdated = (word: string): boolean =>
        word.startsWith(statusWord) && words.some((newer) => newer.startsWith(statusWord));
      unsaid = [...unsaid.filter((word) => !isOutdated(word)), ...words];
      speaking ??= speak();
    },
    settled: async () => {
      await speaking;
    },
  };
};

export const statusWord = "STATUS=";

/** Null when it was said; else why not. */
const systemdNotify = (socket: string, words: readonly string[]): Promise<string | null> =>
  new Promise((resolve) => {
    const child = spawn("systemd-notify", [...words], {
      env: { PATH: process.env["PATH"], NOTIFY_SOCKET: socket },
      stdio: ["ignore", "ignore", "pipe"],
      timeout: deadlineMs,
      killSignal: "SIGKILL",
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(0, 500)));
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) =>
      resolve(code === 0 ? null : said.trim() || `systemd-notify: ${signal ?? code}`),
    );
  });

/** systemd-notify itself gives up after 5 s. */
const deadlineMs = 7_000;
