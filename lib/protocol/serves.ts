import type { WorkerRow } from "./snapshot.ts";

/** Whether clients are served by it: a late worker is a ready one whose beat is slow (CONTRACT section 7). */
export const serves = ({ state }: Pick<WorkerRow, "state">): boolean => state === "ready" || state === "late";
