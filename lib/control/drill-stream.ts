import type { ServerResponse } from "node:http";
import type { DrillUnderWay } from "../protocol/control.ts";
import type { DrillProgress } from "../protocol/drill.ts";
import { securityHeaders } from "./answers.ts";

/** Tells that the fault is there, and stays open until it is over: a client that goes away ends the drill. */
export const streamDrill = async (response: ServerResponse, { begun, over, leave }: DrillUnderWay): Promise<void> => {
  const tell = (progress: DrillProgress): void => {
    if (!response.destroyed) response.write(`${JSON.stringify(progress)}\n`);
  };
  response.on("error", () => response.destroy());
  response.once("close", leave);
  if (response.destroyed) return leave();
  response.writeHead(200, { ...securityHeaders, "Content-Type": "application/x-ndjson; charset=utf-8" });
  tell({ type: "begun", ...begun });
  tell({ type: "over", because: await over });
  response.end();
};
