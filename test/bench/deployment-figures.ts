import { textTable } from "./text-table.ts";
import type { SentRequest } from "../client/crowd.ts";

/** What a bad deployment did to its users. */
export interface DeploymentFigures {
  readonly fault: string;
  readonly side: string;
  /** Of the command; null: it had not come back by the end. */
  readonly exitCode: number | null;
  readonly tookMs: number | null;
  readonly requests: number;
  /** By kind: an answer that is no 200, or the way in which there was none. */
  readonly failed: Readonly<Record<string, number>>;
  /** Answered with 200 by either, but {@link slowMs} late. */
  readonly slow: number;
  /** Who gave the answers that were good, in the last five seconds: "old", "new", both, or nobody. */
  readonly serves: string;
  /** Of those five seconds, the share of requests that were answered well. */
  readonly wellAtEnd: number;
  /** From the command on until the last request that was not answered well was sent; null: it went on until the end. */
  readonly wellAfterMs: number | null;
}

export const figuresOf = (
  requests: readonly SentRequest[],
  { startedAtMs, stoppedAtMs }: { readonly startedAtMs: number; readonly stoppedAtMs: number },
): Omit<DeploymentFigures, "fault" | "side" | "exitCode" | "tookMs"> => {
  const failed: Record<string, number> = {};
  for (const { failure } of requests) if (failure !== null) failed[failure] = (failed[failure] ?? 0) + 1;
  const isSlow = ({ failure, sentAtMs, endedAtMs }: SentRequest): boolean =>
    failure === null && endedAtMs - sentAtMs > slowMs;
  const isBad = (request: SentRequest): boolean => request.failure !== null || isSlow(request);
  const end = requests.filter(({ endedAtMs }) => endedAtMs > stoppedAtMs - lastMs);
  const bad = requests.filter(isBad);
  const lastBadMs = Math.max(startedAtMs, ...bad.map(({ sentAtMs }) => sentAtMs));
  const servers = new Set(end.flatMap(({ by, failure }) => (by === null || failure !== null ? [] : [by.version])));
  return {
    requests: requests.length,
    failed,
    slow: requests.filter(isSlow).length,
    serves: [...servers].toSorted().join(" and ") || "nobody",
    wellAtEnd: end.length === 0 ? 0 : end.filter((request) => !isBad(request)).length / end.length,
    wellAfterMs: end.length === 0 || end.some(isBad) ? null : Math.round(lastBadMs - startedAtMs),
  };
};

export const deploymentTable = (rows: readonly DeploymentFigures[], seconds: number): string => {
  const head = [
    "new code that",
    "",
    "exit",
    "back after",
    "requests",
    "failed",
    "by kind",
    "slow",
    "serves at the end",
    "well again",
  ];
  const lines = [head, ...rows.map((row) => cellsOf(row, seconds))];
  return textTable(lines);
};

const cellsOf = (row: DeploymentFigures, seconds: number): readonly string[] => {
  const kinds = Object.entries(row.failed).toSorted(([, a], [, b]) => b - a);
  return [
    row.side === "dashd" ? row.fault : "",
    row.side,
    row.exitCode === null ? "–" : String(row.exitCode),
    row.tookMs === null ? "not yet" : inSeconds(row.tookMs),
    String(row.requests),
    String(kinds.reduce((sum, [, count]) => sum + count, 0)),
    kinds.map(([kind, count]) => `${count} ${kind}`).join(", ") || "–",
    String(row.slow),
    `${row.serves}, ${Math.round(row.wellAtEnd * 100)} % well`,
    row.wellAfterMs === null ? `not in ${seconds} s` : inSeconds(row.wellAfterMs),
  ];
};

const inSeconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** A page of 50 ms. */
const slowMs = 400;
const lastMs = 5_000;
