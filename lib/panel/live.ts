import type { Progress } from "../protocol/control.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import type { FollowedChange, LiveEvents } from "./shapes.ts";

/**
 * What happens, to everybody who looks: the snapshot once a second and with every step of a change (a swap may be over
 * within a second), the same bytes for all, made only while somebody looks. A viewer that has not read the last bytes yet
 * gets no further ones; one that reads nothing at all is let go.
 */
export interface Live {
  /** There are {@link maxViewers} already. */
  isFull(): boolean;
  /** Somebody looks. */
  isWatched(): boolean;
  watch(viewer: Viewer): void;
  leave(viewer: Viewer): void;
  /** A change or a drill has begun; its lines are read to their end, whoever looks. */
  follow(lines: AsyncIterable<Progress>, drill: FollowedChange["drill"]): void;
  tell<Name extends keyof LiveEvents>(name: Name, event: LiveEvents[Name]): void;
  close(): void;
}

/** One who looks, over a connection. */
export interface Viewer {
  write(bytes: Uint8Array): unknown;
  /** Bytes that it has not taken yet. */
  unread(): number;
  isStillIn(): boolean;
  end(): void;
}

export interface LiveDependencies {
  readonly status: () => Snapshot;
  /** Calls once a second until what it returns is called. */
  readonly everySecond: (beat: () => void) => () => void;
}

export const createLive = ({ status, everySecond }: LiveDependencies): Live => {
  const viewers = new Map<Viewer, Behind>();
  let stopBeating: (() => void) | null = null;
  let change: FollowedChange | null = null;
  let changes = 0;

  const leave = (viewer: Viewer): void => {
    if (!viewers.delete(viewer)) return;
    viewer.end();
    if (viewers.size > 0) return;
    stopBeating?.();
    stopBeating = null;
  };
  /** To those who are not far behind; what is written in one turn of the loop counts as unread until its end. */
  const send = (bytes: Uint8Array, missed: (behind: Behind) => void): void => {
    for (const [viewer, behind] of viewers) {
      if (viewer.unread() > unreadBytes) missed(behind);
      else viewer.write(bytes);
    }
  };
  const beat = (): void => {
    for (const [viewer, behind] of viewers) {
      if (!viewer.isStillIn() || behind.beats >= beatsWithoutReading) leave(viewer);
    }
    if (viewers.size === 0) return;
    const bytes = frame("snapshot", status());
    for (const [viewer, behind] of viewers) {
      if (viewer.unread() > 0) {
        behind.beats++;
        continue;
      }
      behind.beats = 0;
      if (behind.missedStep && change !== null) viewer.write(frame("change", change));
      behind.missedStep = false;
      if (behind.missedLines > 0) viewer.write(frame("lines", { lines: [], missed: behind.missedLines }));
      behind.missedLines = 0;
      viewer.write(bytes);
    }
  };
  const tell: Live["tell"] = (name, event) => {
    if (viewers.size === 0) return;
    send(frame(name, event), (behind) => {
      if (name === "step") behind.missedStep = true;
      if (name === "lines") behind.missedLines++;
    });
  };

  const read = async ({ id, drill }: FollowedChange, lines: AsyncIterable<Progress>): Promise<void> => {
    for await (const line of lines) {
      if (change?.id !== id) return;
      change = { id, drill, lines: [...change.lines, line].slice(-linesKept) };
      tell("step", { id, drill, line });
      if (viewers.size > 0) send(frame("snapshot", status()), () => undefined);
    }
  };

  return {
    isFull: () => viewers.size >= maxViewers,
    isWatched: () => viewers.size > 0,
    leave,
    watch: (viewer) => {
      if (change !== null) viewer.write(frame("change", change));
      viewer.write(frame("snapshot", status()));
      viewers.set(viewer, { beats: 0, missedStep: false, missedLines: 0 });
      stopBeating ??= everySecond(beat);
    },
    follow: (lines, drill) => {
      change = { id: ++changes, drill, lines: [] };
      // What breaks in a change is told to whoever asked for it.
      read(change, lines).catch(() => undefined);
    },
    tell,
    close: () => {
      for (const viewer of [...viewers.keys()]) leave(viewer);
    },
  };
};

interface Behind {
  /** In a row without reading. */
  beats: number;
  missedStep: boolean;
  /** At least so many. */
  missedLines: number;
}

export const maxViewers = 32;
const beatsWithoutReading = 20;
const unreadBytes = 64 * 1024;
const linesKept = 200;

const frame = <Name extends keyof LiveEvents>(name: Name, event: LiveEvents[Name]): Uint8Array =>
  Buffer.from(`event: ${name}\ndata: ${JSON.stringify(event)}\n\n`);
