import { DashdError, type Facts } from "../../errors.ts";

/** Why PostgreSQL cannot be brought up: `reason` is a word that the catalogue has sentences for (`embedded.<reason>`). */
export const embeddedFault = (reason: EmbeddedReason, facts: Facts = {}, cause?: unknown): DashdError =>
  new DashdError("E_POSTGRES_EMBEDDED", { reason, ...facts }, cause === undefined ? {} : { cause });

/**
 * `platform` {platform} · `no-binaries` · `folder-closed` {path, folders} · `version` {path, found, expected} ·
 * `owner` {path} · `not-ours` {path} · `socket-folder` {path} · `initdb` {detail} · `start` {detail} · `deadline` {seconds} ·
 * `files` {path, found}
 */
export type EmbeddedReason =
  | "platform"
  | "no-binaries"
  | "folder-closed"
  | "version"
  | "owner"
  | "not-ours"
  | "socket-folder"
  | "initdb"
  | "start"
  | "deadline"
  | "files";
