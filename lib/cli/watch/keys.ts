/** Keys as a terminal in raw mode sends them: a letter as itself, the others by name; what we know no use for is left out. */
export const keysIn = (bytes: string): readonly string[] =>
  [...bytes.matchAll(sequences)].flatMap(([sequence]) => {
    const name = names[sequence];
    if (name !== undefined) return [name];
    return sequence.length > 1 || /\p{Cc}/u.test(sequence) ? [] : [sequence];
  });

const escape = String.fromCharCode(27);
const sequences = new RegExp(`${escape}\\[[0-9;]*[A-Za-z~]|${escape}O[A-Za-z]|.`, "gsu");

const names: Readonly<Record<string, string>> = {
  "\u0003": "ctrl-c",
  "\u000c": "ctrl-l",
  "\u001a": "ctrl-z",
  "\r": "enter",
  "\n": "enter",
  "\u007f": "backspace",
  "\b": "backspace",
  [escape]: "escape",
  [`${escape}[A`]: "up",
  [`${escape}OA`]: "up",
  [`${escape}[B`]: "down",
  [`${escape}OB`]: "down",
  [`${escape}[5~`]: "page-up",
  [`${escape}[6~`]: "page-down",
  " ": "page-down",
};
