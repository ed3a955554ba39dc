import type { AccessLogFormat } from "../protocol/worker-messages.ts";

export interface Accessed {
  readonly at: Date;
  readonly slot: number;
  readonly address: string;
  readonly method: string;
  /** As the client sent it. */
  readonly target: string;
  readonly version: string;
  readonly status: number;
  /** Handed to the system for it, its headers included. */
  readonly bytes: number;
  readonly tookMs: number;
  /** Hold and queue; null: it got no slot. */
  readonly waitMs: number | null;
  readonly referer: string | null;
  readonly agent: string | null;
  /** Of its `traceparent`; in JSON lines alone, which have room for it. */
  readonly traceId: string | null;
}

/** One line of the access log, without its end: what a client sent can neither end it nor hide in it. */
export const accessLine = (format: AccessLogFormat, accessed: Accessed): string =>
  format === "json" ? asJson(accessed) : asCombined(accessed);

const asJson = ({ at, target, referer, tookMs, waitMs, ...rest }: Accessed): string =>
  JSON.stringify({
    time: at.toISOString(),
    ...rest,
    target: withoutSecrets(target),
    tookMs: tenths(tookMs),
    waitMs: waitMs === null ? null : tenths(waitMs),
    referer: referer === null ? null : withoutSecrets(referer),
  });

/** Apache's and nginx' "combined"; the two fields for names of users are empty. */
const asCombined = ({ at, address, method, target, version, status, bytes, referer, agent }: Accessed): string => {
  const request = `${method} ${withoutSecrets(target)} HTTP/${version}`;
  const from = referer === null ? "-" : withoutSecrets(referer);
  return `${address} - - [${clfTime(at)}] ${quoted(request)} ${status} ${bytes} ${quoted(from)} ${quoted(agent ?? "-")}`;
};

/** Values of parameters whose names tell that nobody else is to read them, and a password before an `@`. */
export const withoutSecrets = (target: string): string => {
  const from = target.indexOf("?");
  const path = from === -1 ? target : target.slice(0, from);
  const shown = path.includes("@") ? path.replace(/^(\w+:\/\/[^/@:]*):[^/@]*@/, "$1:(set)@") : path;
  return from === -1 ? shown : shown + target.slice(from).replaceAll(secretParameter, "$1(set)");
};

const secretParameter = /([?&;][^=&;]*(?:pass|pwd|secret|token|key|auth|session|signature|code)[^=&;]*=)[^&;#]*/gi;

const tenths = (ms: number): number => Math.round(ms * 10) / 10;

const quoted = (text: string): string => `"${text.replaceAll(unprintable, escaped)}"`;

const unprintable = /["\\]|\p{Cc}/gu;
const escaped = (character: string): string =>
  character === '"' || character === "\\"
    ? `\\${character}`
    : `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;

/** `26/Nov/2026:10:20:30 +0000` */
const clfTime = (at: Date): string => {
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${two(at.getUTCDate())}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}`;
  return `${day}:${[at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(":")} +0000`;
};

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
