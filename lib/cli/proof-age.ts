/** Seconds since an ISO date; a clock that was set back makes nothing older than now. */
export const ageSecOf = (at: string, nowMs = Date.now()): number =>
  Math.max(0, Math.round((nowMs - Date.parse(at)) / 1_000));
