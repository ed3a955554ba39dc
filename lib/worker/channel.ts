import type { SendHandle } from "node:child_process";
import type { ToMaster, ToWorker } from "../protocol/worker-messages.ts";
import { open, seal } from "../protocol/worker-messages.ts";
import type { RawHandle } from "./node-http.ts";

/** The worker's end of the line to the master. */
export interface Channel {
  /** `done` is called once the message is with the system, or could not be sent. */
  send(message: ToMaster, done?: () => void): void;
  /** At most one handle may be on its way; `onHandleAck` says when the next may go. */
  sendHandle(message: ToMaster, handle: RawHandle): void;
  onMessage(listener: (message: ToWorker, handle: RawHandle | undefined) => void): void;
  onHandleAck(listener: (taken: boolean) => void): void;
  /** Whether the line alone keeps the process alive. */
  keepAlive(keeps: boolean): void;
}

export const createChannel = (process: NodeJS.Process): Channel => {
  const send = process.send?.bind(process);
  const quietly = (): void => {};
  return {
    // Without a callback a failed write would be an 'error' of the process; a lost master shows as 'disconnect'.
    send: (message, done) => {
      if (process.connected) send?.(seal(message), undefined, undefined, done ?? quietly);
      else if (done !== undefined) process.nextTick(done);
    },
    sendHandle: (message, handle) => {
      send?.(seal(message), handle as unknown as SendHandle, undefined, quietly);
    },
    onMessage: (listener) => {
      process.on("internalMessage" as "message", (raw: unknown, handle: unknown) => {
        const message = open<ToWorker>(raw);
        if (message !== null) listener(message, handle as RawHandle | undefined);
      });
    },
    onHandleAck: (listener) => {
      process.on("internalMessage" as "message", (raw: unknown) => {
        const cmd = (raw as { readonly cmd?: unknown } | null)?.cmd;
        if (cmd === "NODE_HANDLE_ACK" || cmd === "NODE_HANDLE_NACK") listener(cmd === "NODE_HANDLE_ACK");
      });
    },
    keepAlive: (keeps) => {
      if (keeps) process.channel?.ref();
      else process.channel?.unref();
    },
  };
};
