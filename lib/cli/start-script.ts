/** What `scripts.start` of a package.json asks for, where dashd can run it without a shell. */
export type StartScript =
  | {
      readonly kind: "node";
      /** Node's own flags, in front of the file. */
      readonly execArgv: readonly string[];
      readonly file: string;
      readonly args: readonly string[];
    }
  /** `&&`, pipes, variables, `next start`, a flag that runs no file. */
  | { readonly kind: "other" };

/** Only `node [flags] file [arguments]`: the workers are dashd's, so what a shell or another program would start is not. */
export const readStartScript = (script: string): StartScript => {
  const words = wordsOf(script);
  if (words === null || words[0]?.replace(/\.exe$/, "") !== "node") return { kind: "other" };
  let at = 1;
  for (let word = words[at]; word?.startsWith("-") && word !== "--"; word = words[at]) {
    if (runsNoFile.test(word)) return { kind: "other" };
    at += takesNext.test(word) ? 2 : 1;
  }
  const execArgv = words.slice(1, at);
  if (words[at] === "--") at += 1;
  const file = words[at];
  return file === undefined ? { kind: "other" } : { kind: "node", execArgv, file, args: words.slice(at + 1) };
};

/** Null where the text means something to a shell. Quotes only keep blanks together. */
const wordsOf = (script: string): readonly string[] | null => {
  const words = script.trim().match(/(?:"[^"]*"|'[^']*'|\S)+/g) ?? [];
  const plain = words.map((word) => word.replace(/'[^']*'|"[^"$`\\]*"/g, ""));
  if (plain.some((word) => /[;&|<>()$`*?~!#{}[\]"'\\\r\n]/.test(word))) return null;
  return words.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, "$1$2"));
};

/** Flags whose value is the next word. */
const takesNext =
  /^(-r|--require|--import|--loader|--experimental-loader|-C|--conditions|--title|--icu-data-dir|--openssl-config|--env-file|--env-file-if-exists|--unhandled-rejections|--dns-result-order|--redirect-warnings|--diagnostic-dir|--trace-event-categories|--disable-warning|--experimental-config-file)$/;

/** Evaluates, checks, tests, restarts by itself, or opens one debugger for every worker. */
const runsNoFile =
  /^(-e|--eval|-p|--print|-pe|-c|--check|-i|--interactive|--test|--run|--watch|--inspect|-v|--version|-h|--help|--prof-process|--build-snapshot)(=|-|$)/;
