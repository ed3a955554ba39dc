/** Lets an app write so much and no more: one program wrote 76 GB of log in minutes (TRAPS 56). */
export interface LineLimiter {
  /** False: this line goes beyond the rate. */
  allows(bytes: number): boolean;
}

export interface LineRate {
  readonly bytesPerSec: number;
  readonly burstBytes: number;
}

export const createLineLimiter = ({ bytesPerSec, burstBytes }: LineRate, nowMs: () => number): LineLimiter => {
  let leftBytes = burstBytes;
  let atMs = nowMs();
  return {
    allows: (bytes) => {
      const now = nowMs();
      leftBytes = Math.min(burstBytes, leftBytes + ((now - atMs) / 1000) * bytesPerSec);
      atMs = now;
      if (bytes > leftBytes) return false;
      leftBytes -= bytes;
      return true;
    },
  };
};

/** The line, or as much of it as fits with a mark of how much is missing. Never cuts a letter in two. */
export const cutLine = (line: string, longestBytes: number): string => {
  // A UTF-16 unit takes three bytes at most.
  if (line.length * 3 <= longestBytes) return line;
  const bytes = Buffer.from(line);
  if (bytes.length <= longestBytes) return line;
  const kept = bytes.toString("utf8", 0, longestBytes).replace(/\uFFFD$/, "");
  return `${kept}… [+${bytes.length - longestBytes} B]`;
};
