import { widthOf } from "../../lib/cli/width.ts";

/** A stretch of a terminal's line in one look. */
export interface Run {
  readonly column: number;
  readonly columns: number;
  readonly text: string;
  readonly colour: Colour | null;
  readonly bold: boolean;
  readonly dim: boolean;
}

export type Colour = "red" | "green" | "yellow" | "blue" | "magenta" | "cyan";

/** A line as tmux gives it with its escape sequences, as stretches; blanks between them are left out. */
export const runsOf = (line: string): readonly Run[] => {
  const runs: Run[] = [];
  let look: Look = plain;
  let column = 0;
  for (const [piece, codes] of line.matchAll(pieces)) {
    if (codes !== undefined) {
      look = codes.split(";").map(Number).reduce(lookAfter, look);
      continue;
    }
    const columns = widthOf(piece);
    if (piece.trim() !== "") runs.push({ column, columns, text: piece, ...look });
    column += columns;
  }
  return runs;
};

type Look = Pick<Run, "colour" | "bold" | "dim">;

const lookAfter = (look: Look, code: number): Look => {
  if (code === 0) return plain;
  if (code === 1) return { ...look, bold: true };
  if (code === 2) return { ...look, dim: true };
  if (code === 22) return { ...look, bold: false, dim: false };
  if (code === 39) return { ...look, colour: null };
  const colour = colours[(code >= 90 ? code - 90 : code - 30) - 1];
  return colour === undefined ? look : { ...look, colour };
};

const plain: Look = { colour: null, bold: false, dim: false };
const colours: readonly Colour[] = ["red", "green", "yellow", "blue", "magenta", "cyan"];
/** An escape sequence of looks; a wide character, which takes its own place; words with single blanks; blanks. */
const escape = String.fromCharCode(27);
const pieces = new RegExp(
  `${escape}\\[([0-9;]*)m|\\p{Emoji_Presentation}\\ufe0f?|[\\u2e80-\\uffef]+|[^\\s${escape}]+(?: [^\\s${escape}]+)*|\\s+`,
  "gu",
);
