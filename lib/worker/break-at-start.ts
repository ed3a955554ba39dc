import { pathToFileURL } from "node:url";

/**
 * `--inspect-brk` for the app: Node's own would stop in this worker's entry. A debugger is there already
 * (`--inspect-wait`); it stops at the first statement of `file`, CommonJS or ES module.
 */
export const breakAtStart = (file: string): void => {
  const { Session } = process.getBuiltinModule("node:inspector");
  const session = new Session();
  session.connect();
  session.post("Debugger.enable");
  const names = [file, pathToFileURL(file).href].map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  session.post("Debugger.setBreakpointByUrl", { lineNumber: 0, urlRegex: `^(?:${names.join("|")})$` });
};
