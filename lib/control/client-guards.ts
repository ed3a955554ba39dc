import { isRecord } from "../is-record.ts";
import type { ApiError, HeldAnswer, Progress, SettingInForce } from "../protocol/control.ts";
import type { DrillProgress } from "../protocol/drill.ts";
import type { Snapshot } from "../protocol/snapshot.ts";

/**
 * Guards of what a master answers. Client and master are the same version, or nearly: these tell an answer from
 * rubbish and from another schema; they do not check every field.
 */
export const isSnapshot = (body: unknown): body is Snapshot =>
  isRecord(body) &&
  body["schemaVersion"] === 1 &&
  typeof body["state"] === "string" &&
  ["stage", "revision", "generation"].every((name) => typeof body[name] === "number") &&
  ["limits", "drift", "workers", "indicators", "warnings"].every((name) => Array.isArray(body[name])) &&
  ["app", "master", "load", "host", "services"].every((name) => isRecord(body[name]));

export const isSettings = (body: unknown): body is readonly SettingInForce[] =>
  Array.isArray(body) &&
  body.every((row) => isRecord(row) && typeof row["name"] === "string" && typeof row["value"] === "string");

export const isProgress = (line: unknown): line is Progress => {
  if (!isRecord(line)) return false;
  if (line["type"] === "step") return isMessage(line);
  return line["type"] === "outcome" && typeof line["exitCode"] === "number" && isMessage(line["message"]);
};

export const isHeldAnswer = (body: unknown): body is HeldAnswer =>
  isRecord(body) && typeof body["counted"] === "boolean";

export const isDrillProgress = (line: unknown): line is DrillProgress => {
  if (!isRecord(line)) return false;
  if (line["type"] === "over") return typeof line["because"] === "string";
  const isStruck = (worker: unknown): boolean => worker === null || (isRecord(worker) && isNumber(worker["pid"]));
  return (
    line["type"] === "begun" &&
    typeof line["id"] === "string" &&
    ["beganAtMs", "endsWithinMs"].every((name) => isNumber(line[name])) &&
    isStruck(line["worker"])
  );
};

export const isDone = (body: unknown): body is { readonly done: true } => isRecord(body) && body["done"] === true;

export const isApiError = (body: unknown): body is ApiError =>
  isRecord(body) &&
  isRecord(body["error"]) &&
  isMessage(body["error"]) &&
  isTextOrNothing(body["error"]["hint"]) &&
  (body["error"]["details"] === undefined || isMessages(body["error"]["details"]));

const isMessages = (value: unknown): boolean => Array.isArray(value) && value.every(isMessage);

const isTextOrNothing = (value: unknown): boolean => value === null || value === undefined || typeof value === "string";

const isNumber = (value: unknown): boolean => typeof value === "number";

const isMessage = (value: unknown): boolean =>
  isRecord(value) && typeof value["code"] === "string" && isRecord(value["facts"]);
