import type { Pool } from "./pool.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** Tells each ready worker its share of those who are held, so that it gives up connections nobody uses. */
export const createPressure =
  ({ records, send }: { readonly records: () => readonly WorkerRecord[]; readonly send: Pool["send"] }) =>
  (held: number): void => {
    const ready = records().filter((record) => record.state === "ready");
    const share = Math.ceil(held / Math.max(1, ready.length));
    for (const { id } of ready) send(id, { type: "pressure", held: share });
  };
