/** Columns a text takes on a terminal: CJK and emoji take two, combining marks and joiners none. */
export const widthOf = (text: string): number => {
  let width = 0;
  for (const character of text.replaceAll(colours, "")) width += columnsOf(character);
  return width;
};

export const padTo = (text: string, width: number, side: "left" | "right"): string => {
  const gap = " ".repeat(Math.max(0, width - widthOf(text)));
  return side === "left" ? text + gap : gap + text;
};

/** No wider than this; what is cut off is told by "…", and colours end there. */
export const cutTo = (text: string, width: number): string => {
  if (widthOf(text) <= width) return text;
  let room = width - 1;
  let kept = "";
  let coloured = false;
  for (const [piece] of text.matchAll(pieces)) {
    const isColour = piece.length > 2 && piece.startsWith(escape);
    room -= isColour ? 0 : widthOf(piece);
    if (room < 0) break;
    coloured ||= isColour;
    kept += piece;
  }
  return width <= 0 ? "" : `${kept}…${coloured ? `${escape}[0m` : ""}`;
};

/**
 * A plain text in lines no wider than this, broken between words, and anywhere in Chinese but before what closes; the
 * lines after the first begin with `indent`.
 */
export const wrapTo = (text: string, width: number, indent = ""): readonly string[] => {
  const lines: string[] = [];
  let line = "";
  for (const [word] of text.matchAll(words)) {
    const taken = widthOf(line);
    if (taken + widthOf(word) <= width) {
      line += word;
      continue;
    }
    if (line.trim() !== "") lines.push(line.trimEnd());
    line = `${lines.length === 0 ? "" : indent}${word.trimStart()}`;
  }
  return [...lines, line.trimEnd()].map((one) => cutTo(one, width));
};

// oxlint's control-character rule is about typos; here the escape is what is looked for.
const escape = String.fromCharCode(27);
const colours = new RegExp(`${escape}\\[[0-9;]*m`, "g");
const pieces = new RegExp(`${escape}\\[[0-9;]*m|.`, "gsu");
/** A wide character or a run of narrow ones, with what closes after it; or blanks. */
const words = /[\u2e80-\uffef][，。；：！？、）」》]*|\s+|[^\s\u2e80-\uffef]+[，。；：！？、）」》]*/gu;

const columnsOf = (character: string): number => {
  if (character >= " " && character <= "~") return 1;
  if (/[\p{M}\p{Cf}\p{Cc}]/u.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
};

/** East Asian Width W and F (Unicode 15), as ranges, and emoji shown as pictures. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
