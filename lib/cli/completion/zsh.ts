import type { Declared, DeclaredFlag, Value } from "./declared.ts";
import { valueFlags } from "./value-flags.ts";

/** To be sourced, or to lie in a folder of `fpath` as `_dashd`. */
export const zshScript = ({ commands, flags }: Declared): string => `#compdef dashd
# source <(dashd completion zsh), behind compinit
_dashd_known() {
  local -a known
  known=(\${(f)"$("$words[1]" completion zsh --values "$1" \${home:+--home} \${home:+"$home"} 2>/dev/null)"})
  compadd -V "$1" -- $known
}
_dashd() {
  local command= home= word
  local -i place=0 index
  local cur=$words[CURRENT] prev=$words[CURRENT-1]
  for ((index = 2; index < CURRENT; index++)); do
    word=$words[index]
    if [[ $word == -- ]]; then _files; return; fi
    case "$command $word" in
      (${valueFlags({ commands, flags }).join("|")})
        index+=1
        [[ $word == --home ]] && (( index < CURRENT )) && home=$words[index]
        continue ;;
    esac
    case $word in
      (-*) ;;
      (*) if [[ -z $command ]]; then command=$word; else place+=1; fi ;;
    esac
  done
  # What was typed with = has its value in the same word.
  if [[ $cur == --*=* ]]; then prev=\${cur%%=*}; compset -P '*='; fi
  case "$command $prev" in
${[
  ...flags.flatMap((flag) => afterFlag("*", flag)),
  ...commands.flatMap(({ name, flags: own }) => own.flatMap((flag) => afterFlag(name, flag))),
].join("\n")}
  esac
  local -a offered
  if [[ $cur == -* ]]; then
    case $command in
${commands.map(({ name, flags: own }) => `      (${name}) offered=(${described(own)}) ;;`).join("\n")}
    esac
    offered+=(${described(flags)})
    _describe -o flag offered
    return
  fi
  if [[ -z $command ]]; then
    offered=(${commands.map(({ name, summary }) => item(name, summary)).join(" ")})
    _describe command offered
    return
  fi
  case "$command $place" in
${commands.flatMap(({ name, args }) => args.map((value, place) => `    ("${name} ${place}") ${offer(value)} ;;`)).join("\n")}
  esac
}
if [[ $funcstack[1] == _dashd ]]; then _dashd "$@"; else compdef _dashd dashd; fi
`;

const afterFlag = (command: string, { long, value }: DeclaredFlag): readonly string[] =>
  value === null
    ? []
    : [`    (${command === "*" ? `*" ${long}"` : `"${command} ${long}"`}) ${offer(value)}; return ;;`];

const described = (flags: readonly DeclaredFlag[]): string => flags.map(({ long, help }) => item(long, help)).join(" ");

/** `_describe` parts name and words at the first colon. */
const item = (name: string, words: string): string =>
  quoted(`${name.replaceAll(":", String.raw`\:`)}:${words.replaceAll("\n", " ")}`);

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

const offer = (value: Value): string => {
  switch (value.kind) {
    case "words":
      return `compadd -- ${value.words.join(" ")}`;
    case "known":
      return `_dashd_known ${value.what}`;
    case "file":
      return "_files";
    case "folder":
      return "_files -/";
    case "free":
      return ":";
  }
};
