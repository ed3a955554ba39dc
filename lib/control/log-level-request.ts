import { isLogLevel, type LogLevel } from "../log.ts";
import { bad, recordOf, refuseOthers } from "./body-fields.ts";

/** What a client sent as a LogLevelRequest, or E_USAGE. */
export const parseLogLevel = (sent: unknown): LogLevel => {
  const body = recordOf(sent);
  refuseOthers(body, ["level"]);
  const { level } = body;
  if (isLogLevel(level)) return level;
  throw bad("level", level, "error, warn, info, debug");
};
