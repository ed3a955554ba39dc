import type { Declared, DeclaredFlag, Value } from "./declared.ts";

/** To be piped into `source`, or to lie in fish's folder of completions as `dashd.fish`. */
export const fishScript = ({ commands, flags }: Declared): string => {
  const lines = [
    "# dashd completion fish | source",
    "function __dashd_known",
    "  set -l words (commandline -opc)",
    "  set -l home",
    "  for index in (seq (count $words))",
    "    if test $words[$index] = --home; and test $index -lt (count $words)",
    "      set home --home $words[(math $index + 1)]",
    "    end",
    "  end",
    "  $words[1] completion fish --values $argv[1] $home 2>/dev/null",
    "end",
    "function __dashd_at",
    "  # The command is the first word that is none of a flag's; its arguments are counted from 0.",
    "  set -l words (commandline -opc)",
    "  set -l command",
    "  set -l place 0",
    "  set -l skip no",
    "  for word in $words[2..-1]",
    "    if test $skip = yes",
    "      set skip no",
    "    else if string match -q -- '-*' $word",
    `      contains -- $word ${everyValueFlag({ commands, flags }).join(" ")}; and set skip yes`,
    '    else if test -z "$command"',
    "      set command $word",
    "    else",
    "      set place (math $place + 1)",
    "    end",
    "  end",
    "  if test (count $argv) -eq 0",
    '    test -z "$command"; and return 0; or return 1',
    "  end",
    '  test "$command" = $argv[1]; or return 1',
    "  test (count $argv) -lt 2; or test $place -eq $argv[2]",
    "end",
    "complete -c dashd -f",
    ...commands.map(({ name, summary }) => `complete -c dashd -n __dashd_at -a ${name} -d ${quoted(summary)}`),
    ...flags.map((flag) => `complete -c dashd ${flagWords(flag)}`),
    ...commands.flatMap(({ name, flags: own, args }) => [
      ...own.map((flag) => `complete -c dashd -n '__dashd_at ${name}' ${flagWords(flag)}`),
      ...args.flatMap((value, place) => {
        const offered = offer(value);
        return offered === null ? [] : [`complete -c dashd -n '__dashd_at ${name} ${place}' ${offered}`];
      }),
    ]),
  ];
  return `${lines.join("\n")}\n`;
};

const everyValueFlag = ({ commands, flags }: Declared): readonly string[] => [
  ...new Set(
    [...flags, ...commands.flatMap((one) => one.flags)].flatMap(({ long, value }) => (value === null ? [] : [long])),
  ),
];

const flagWords = ({ long, short, value, help }: DeclaredFlag): string => {
  const taken = value === null ? "" : ` -r ${offer(value) ?? "-f"}`;
  return `-l ${long.slice(2)}${short === null ? "" : ` -s ${short.slice(1)}`}${taken} -d ${quoted(help)}`;
};

const offer = (value: Value): string | null => {
  switch (value.kind) {
    case "words":
      return `-f -a ${quoted(value.words.join(" "))}`;
    case "known":
      return `-f -k -a '(__dashd_known ${value.what})'`;
    case "file":
      return "-F";
    case "folder":
      return "-f -a '(__fish_complete_directories)'";
    case "free":
      return null;
  }
};

const quoted = (text: string): string =>
  `'${text
    .replaceAll("\\", "\\\\")
    .replaceAll("'", String.raw`\'`)
    .replaceAll("\n", " ")}'`;
