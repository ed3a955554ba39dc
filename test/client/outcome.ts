/** What became of one request: an answer, or the way in which there was none. Times are `performance.now()`. */
export type Outcome = Answer | NoAnswer;

export interface Answer {
  readonly kind: "answer";
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  readonly sentAtMs: number;
  readonly endedAtMs: number;
}

export interface NoAnswer {
  /** `empty`: closed without a byte. `cut`: closed in the middle of the answer. */
  readonly kind: "refused" | "reset" | "empty" | "cut" | "time-out" | "garbage";
  readonly detail: string;
  readonly sentAtMs: number;
  readonly endedAtMs: number;
}

/** The server asked not to be sent another request on this connection. */
export const asksToClose = (answer: Answer): boolean =>
  answer.headers.get("connection")?.toLowerCase().includes("close") ?? false;
