import type { Terminal } from "../command.ts";
import { keysIn } from "./keys.ts";
import type { Size } from "./look.ts";

/** The terminal as ours: its other screen, no cursor, keys as they are pressed. Left exactly as it was found. */
export interface Screen {
  size(): Size;
  /** One line a row; only rows that changed are written, all of them at once. */
  draw(lines: readonly string[]): void;
  /** The next frame is drawn whole. */
  forget(): void;
  /** Back to how it was; `enter` takes it again. Either may be called at any time, and more than once. */
  leave(): void;
  enter(): void;
}

export interface ScreenOptions {
  readonly terminal: Terminal;
  readonly pressed: (key: string) => void;
  readonly resized: () => void;
  /** The terminal has gone, or its input has ended. */
  readonly gone: () => void;
}

export const createScreen = ({ terminal, pressed, resized, gone }: ScreenOptions): Screen => {
  const { input, output } = terminal;
  let isOurs = false;
  let shown: readonly string[] | null = null;
  let waiting: readonly string[] | null = null;

  const heard = (bytes: string): void => {
    for (const key of keysIn(bytes)) pressed(key);
  };
  const changedSize = (): void => {
    shown = null;
    resized();
  };
  const write = (lines: readonly string[]): void => {
    const before = shown;
    const rows = lines.map((line, row) => {
      if (before !== null && before[row] === line) return "";
      // Blank first, then written: what erases to the end of a full line would take its last column with it.
      return `${csi}${row + 1};1H${csi}2K${line}${csi}0m`;
    });
    shown = lines;
    const text = rows.join("");
    if (text !== "" || before === null) output.write(before === null ? `${csi}2J${text}` : text);
  };
  const drained = (): void => {
    const lines = waiting;
    waiting = null;
    if (lines !== null && isOurs) write(lines);
  };

  return {
    size: () => ({ columns: Math.max(1, output.columns), rows: Math.max(1, output.rows) }),
    draw: (lines) => {
      if (!isOurs) return;
      // A terminal that is slow to read gets the newest frame once it has read, not all of them.
      if (output.writableNeedDrain) {
        if (waiting === null) output.once("drain", drained);
        waiting = lines;
      } else write(lines);
    },
    forget: () => {
      shown = null;
    },
    enter: () => {
      if (isOurs) return;
      isOurs = true;
      shown = null;
      input.setRawMode(true);
      input.setEncoding("utf8");
      input.on("data", heard);
      input.on("end", gone);
      input.on("error", gone);
      output.on("resize", changedSize);
      input.resume();
      output.write(enterOther);
    },
    leave: () => {
      if (!isOurs) return;
      isOurs = false;
      waiting = null;
      input.off("data", heard);
      input.off("end", gone);
      input.off("error", gone);
      // A late error must find a listener.
      input.on("error", () => undefined);
      output.off("resize", changedSize);
      output.off("drain", drained);
      try {
        output.write(leaveOther);
        input.setRawMode(false);
      } catch {
        // The terminal has gone: nothing of it is left to restore.
      }
      input.pause();
    },
  };
};

const csi = `${String.fromCharCode(27)}[`;
/** The other screen, cursor hidden, no wrapping at the right edge. */
const enterOther = `${csi}?1049h${csi}?25l${csi}?7l${csi}2J`;
const leaveOther = `${csi}0m${csi}?7h${csi}?25h${csi}?1049l`;
