import CachePolicy from "http-cache-semantics";
import type { AnswerHead, HeaderLine } from "./answer-head.ts";
import { ageMsOf, valueIn } from "./answer-head.ts";
import { usefulMs, type Asked } from "./asked.ts";
import { StoredAnswer, selectingValue } from "./stored-answer.ts";

/**
 * Whether a whole answer is kept, and for how long: by http-cache-semantics, which knows RFC 9111. null: it is not. Loaded
 * with the first answer that asks.
 */
export const judge = ({ request, head, asked, body, nowMs, wallMs }: Candidate): StoredAnswer | null => {
  const vary = varyOf(head);
  const date = valueIn(head, "date") ?? new Date(wallMs).toUTCString();
  const headers = Object.fromEntries([...head.lines.keys()].map((name) => [name, valueIn(head, name) ?? ""]));
  const policy = new CachePolicy(
    request,
    // It reads directives in lower case only, and takes a must-revalidate for a reason never to give a fresh answer.
    { status: head.status, headers: { ...headers, date, "cache-control": `public, s-maxage=${asked.sMaxAgeSec}` } },
    { shared: true },
  );
  const ageMs = ageMsOf(head, wallMs);
  const lifeMs = policy.maxAge() * 1000;
  if (!policy.storable() || usefulMs(asked) <= ageMs) return null;
  return new StoredAnswer({
    status: head.status,
    lines: [...linesToKeep(head), ...(head.lines.has("date") ? [] : [["Date", date] as const])],
    body,
    vary,
    selecting: vary.map((name) => selectingValue(request.headers, name)),
    policy,
    storedAtMs: nowMs,
    bornMs: nowMs - ageMs,
    lifeMs,
    staleWhileRevalidateMs: asked.staleWhileRevalidateSec * 1000,
    staleIfErrorMs: asked.staleIfErrorSec * 1000,
  });
};

/** The kept answer with what a 304 says anew (4.3.4); null: it is about another one. */
export const renewed = (
  before: StoredAnswer,
  { request, head, asked, nowMs, wallMs }: Omit<Candidate, "body">,
): StoredAnswer | null => {
  const headers = Object.fromEntries([...head.lines.keys()].map((name) => [name, valueIn(head, name) ?? ""]));
  if (!before.policy.revalidatedPolicy(request, { status: 304, headers }).matches) return null;
  const { facts } = before;
  const lines = new Map<string, HeaderLine[]>();
  for (const line of facts.lines) lines.set(line[0].toLowerCase(), [...(lines.get(line[0].toLowerCase()) ?? []), line]);
  // A new Date belongs to a new age.
  lines.delete("date");
  lines.delete("age");
  for (const [name, fresh] of head.lines) if (!ofBody.has(name)) lines.set(name, [...fresh]);
  const whole: AnswerHead = { status: facts.status, lines };
  return judge({ request, head: whole, asked, body: facts.body, nowMs, wallMs });
};

export interface Candidate {
  readonly request: PlainRequest;
  readonly head: AnswerHead;
  readonly asked: Asked;
  readonly body: Buffer;
  readonly nowMs: number;
  readonly wallMs: number;
}

export interface PlainRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
}

export const varyOf = (head: AnswerHead): readonly string[] => [
  ...new Set(
    (valueIn(head, "vary") ?? "")
      .toLowerCase()
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
  ),
];

/** RFC 9111, 3.1: what belongs to one connection is not kept, nor what is said anew with each answer. */
const linesToKeep = (head: AnswerHead): readonly HeaderLine[] => {
  const named = (valueIn(head, "connection") ?? "").toLowerCase().split(/\s*,\s*/);
  return [...head.lines].flatMap(([name, lines]) => (notKept.has(name) || named.includes(name) ? [] : lines));
};

const notKept = new Set([
  ...["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"],
  ...["proxy-authenticate", "proxy-authorization", "proxy-authentication-info"],
  ...["content-length", "age", "cache-status", "server-timing"],
]);
const ofBody = new Set(["content-length", "content-encoding", "content-range", "content-type", "transfer-encoding"]);
