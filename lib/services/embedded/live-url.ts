import { appUrl } from "./app-database.ts";
import { placesOf } from "./places.ts";
import { readLiveRecord } from "./record.ts";

/** How a running instance's own PostgreSQL is reached from outside of it; null: it has none. `dir`: `<home>/postgres`. */
export const liveUrl = (dir: string): string | null => {
  const record = readLiveRecord(placesOf(dir));
  return record === null ? null : appUrl(record.socketDir);
};
