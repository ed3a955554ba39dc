import type { IncomingMessage } from "node:http";
import { asksWho, timingHeader } from "../protocol/timing-header.ts";

/** What a request that asks is told (`protocol/timing-header.ts`). `who` is slot and pid. */
export const serverTiming = ({ headers, socket }: IncomingMessage, waitMs: number, who: string): string => {
  const wait = `wait;dur=${waitMs.toFixed(1)}`;
  return headers[timingHeader] === asksWho && isOwnHost(socket) ? `${wait}, worker;desc="${who}"` : wait;
};

/** Process ids are nobody's business elsewhere. */
const isOwnHost = ({ remoteAddress = "", localAddress }: IncomingMessage["socket"]): boolean =>
  /^(::ffff:)?127\.|^::1$/.test(remoteAddress) || remoteAddress === localAddress;
