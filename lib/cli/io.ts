import { styleText } from "node:util";
import { cutTo } from "./width.ts";

/** Where a command writes and what it may assume about it: results on stdout, progress and errors on stderr. */
export interface CliIo {
  out(text: string): void;
  /** To stdout as it is, without a line end of ours. */
  write(text: string): void;
  err(text: string): void;
  /** To stderr as it is. */
  writeErr(text: string): void;
  /** Replaces the last progress line on a terminal; a line of its own otherwise. Null ends it. */
  progress(text: string | null): void;
  /** Progress is one line that changes in its place. */
  readonly redraws: boolean;
  readonly outIsTerminal: boolean;
  readonly columns: number;
  paint(colour: Colour, text: string): string;
  readonly colour: boolean;
  /** Of stderr, which may go elsewhere. */
  readonly errColour: boolean;
  /** What its reader has not taken yet. */
  outUnreadBytes(): number;
  errUnreadBytes(): number;
  /** Bits per pixel of stdout, 1 without colours. */
  readonly colourDepth: number;
}

export type Colour = "red" | "yellow" | "green" | "bold" | "dim";

type Stream = Pick<NodeJS.WriteStream, "write" | "isTTY" | "columns" | "getColorDepth" | "writableLength">;

export const createIo = ({ stdout, stderr, env }: IoOptions): CliIo => {
  const wantsColour = (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
  const colour = stdout.isTTY && wantsColour;
  const redraw = stderr.isTTY && env["TERM"] !== "dumb";
  let drawn = false;
  const endProgress = (): void => {
    if (drawn) stderr.write("\n");
    drawn = false;
  };
  return {
    write: (text) => void stdout.write(text),
    out: (text) => {
      endProgress();
      stdout.write(`${text}\n`);
    },
    writeErr: (text) => void stderr.write(text),
    err: (text) => {
      endProgress();
      stderr.write(`${text}\n`);
    },
    progress: (text) => {
      if (text === null) return endProgress();
      if (!redraw) return void stderr.write(`${text}\n`);
      stderr.write(`\r\u001b[2K${cutTo(text, Math.max(20, stderr.columns - 1))}`);
      drawn = true;
    },
    redraws: redraw,
    outIsTerminal: stdout.isTTY,
    columns: stdout.columns > 0 ? stdout.columns : 100,
    paint: (name, text) => (colour ? styleText(name, text) : text),
    colour,
    errColour: stderr.isTTY && wantsColour,
    outUnreadBytes: () => stdout.writableLength,
    errUnreadBytes: () => stderr.writableLength,
    colourDepth: colour ? stdout.getColorDepth(env) : 1,
  };
};

interface IoOptions {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly env: NodeJS.ProcessEnv;
}
