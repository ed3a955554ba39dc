/** A word of a command that is there to be pasted: as it is, or in quotes where a shell would make something else of it. */
export const shellWord = (text: string): string =>
  /^[\p{L}\p{N}_./@:-]+$/u.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
