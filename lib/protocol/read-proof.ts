import { type Fields, isRecord } from "../is-record.ts";
import type { LimitValue } from "./snapshot.ts";
import type { ProofRecord, ProvenHost, ProvenLimit } from "./proof-record.ts";

/**
 * Tells a proof's record from rubbish, field by field: it comes over the admin port, out of a file, or from another host.
 * What else is in it is left to whoever reads it.
 */
export const isProofRecord = (value: unknown): value is ProofRecord =>
  isRecord(value) &&
  isDate(value["at"]) &&
  outcomes.has(value["outcome"]) &&
  areTexts(value["dashd"], ["version", "node"]) &&
  isHost(value["host"]) &&
  isWhole(value["stage"]) &&
  isWhole(value["revision"]) &&
  isText(value["profileFingerprint"]) &&
  areTexts(value["app"], ["path", "fingerprint"]) &&
  Array.isArray(value["limits"]) &&
  value["limits"].every(isLimit);

export const isText = (value: unknown): value is string => typeof value === "string" && value.length <= longestText;

const isHost = (value: unknown): value is ProvenHost =>
  areTexts(value, ["name", "platform", "cpu"]) && isNumber(value["cores"]) && isNumber(value["memoryBytes"]);

const isLimit = (value: unknown): value is ProvenLimit =>
  isRecord(value) &&
  isText(value["name"]) &&
  isLimitValue(value["declared"]) &&
  isLimitValue(value["effective"]) &&
  isLimitValue(value["proven"]);

const isLimitValue = (value: unknown): value is LimitValue => value === null || isNumber(value) || isText(value);

const areTexts = (value: unknown, names: readonly string[]): value is Fields =>
  isRecord(value) && names.every((name) => isText(value[name]));

const isNumber = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value);
const isWhole = (value: unknown): boolean => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const isDate = (value: unknown): boolean => isText(value) && !Number.isNaN(Date.parse(value));

const outcomes: ReadonlySet<unknown> = new Set<ProofRecord["outcome"]>(["held", "not-held", "inconclusive"]);
const longestText = 4_096;
