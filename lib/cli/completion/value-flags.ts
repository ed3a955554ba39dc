import type { Declared } from "./declared.ts";

/** Patterns of bash and zsh for `"$command $word"`: the flags whose value is the next word. */
export const valueFlags = ({ commands, flags }: Declared): readonly string[] => [
  ...flags.filter(({ value }) => value !== null).map(({ long }) => `*" ${long}"`),
  ...commands.flatMap(({ name, flags: own }) =>
    own.filter(({ value }) => value !== null).map(({ long }) => `"${name} ${long}"`),
  ),
];
