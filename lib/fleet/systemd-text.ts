/** One argument of ExecStart=: nothing in it is a specifier, a variable, a separator or a quote to systemd. */
export const execWord = (word: string): string => unitWord(word.replaceAll("$", "$$$$"));

/** One word where words stand in a row (ReadWritePaths=, Environment=). */
export const unitWord = (word: string): string => {
  const plain = literal(word);
  return /^[\w@%+=:,./$-]+$/.test(plain) ? plain : `"${plain.replace(/["\\]/g, "\\$&")}"`;
};

/** Where the rest of the line is the value (WorkingDirectory=, Description=). */
export const literal = (text: string): string => text.replaceAll("%", "%%");

/** What no line of a unit can hold. */
export const holdsControl = (text: string): boolean => /\p{Cc}/u.test(text);
