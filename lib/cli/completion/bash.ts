import type { Declared, DeclaredCommand, DeclaredFlag, Value } from "./declared.ts";
import { valueFlags } from "./value-flags.ts";

/** Runs in bash 3.2 too, as macOS has it, and needs no bash-completion. */
export const bashScript = ({ commands, flags }: Declared): string => `# source <(dashd completion bash)
_dashd_known() {
  "\${COMP_WORDS[0]}" completion bash --values "$1" \${home:+--home "$home"} 2>/dev/null
}
_dashd_offer() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$1" -- "$cur"))
}
_dashd_paths() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$cur"))
}
_dashd() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
  local command= home= place=0 index word
  COMPREPLY=()
  if [[ $cur == "=" ]]; then cur=; elif [[ $prev == "=" ]]; then prev=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    if [[ $word == -- ]]; then _dashd_paths -f; return; fi
    case "$command $word" in
      ${valueFlags({ commands, flags }).join(" | ")})
        [[ \${COMP_WORDS[index + 1]} == "=" ]] && index=$((index + 1))
        index=$((index + 1))
        [[ $word == --home && $index -lt $COMP_CWORD ]] && home=\${COMP_WORDS[index]}
        continue ;;
    esac
    case $word in
      -*) ;;
      *) if [[ -z $command ]]; then command=$word; else place=$((place + 1)); fi ;;
    esac
  done
  case "$command $prev" in
${[
  ...flags.flatMap((flag) => afterFlag("*", flag)),
  ...commands.flatMap(({ name, flags: own }) => own.flatMap((flag) => afterFlag(name, flag))),
].join("\n")}
  esac
  if [[ $cur == -* ]]; then
    case $command in
${commands.map((command) => `      ${command.name}) _dashd_offer ${list([...longs(command), ...flags.map(({ long }) => long)])} ;;`).join("\n")}
      *) _dashd_offer ${list(flags.map(({ long }) => long))} ;;
    esac
    return
  fi
  if [[ -z $command ]]; then _dashd_offer ${list(commands.map(({ name }) => name))}; return; fi
  case "$command $place" in
${commands.flatMap(({ name, args }) => args.map((value, place) => `    "${name} ${place}") ${offer(value)} ;;`)).join("\n")}
  esac
}
complete -F _dashd dashd
`;

const longs = ({ flags }: DeclaredCommand): readonly string[] => flags.map(({ long }) => long);

const afterFlag = (command: string, { long, value }: DeclaredFlag): readonly string[] =>
  value === null ? [] : [`    ${command === "*" ? `*" ${long}"` : `"${command} ${long}"`}) ${offer(value)}; return ;;`];

const offer = (value: Value): string => {
  switch (value.kind) {
    case "words":
      return `_dashd_offer ${list(value.words)}`;
    case "known":
      return `_dashd_offer "$(_dashd_known ${value.what})"`;
    case "file":
      return "_dashd_paths -f";
    case "folder":
      return "_dashd_paths -d";
    case "free":
      return ":";
  }
};

const list = (words: readonly string[]): string => `$'${words.join("\\n")}'`;
