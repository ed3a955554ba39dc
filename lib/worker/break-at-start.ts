import { Session, waitForDebugger } from "node:inspector";
import { pathToFileURL } from "node:url";

/**
 * `--inspect-brk` for the app: Node's own would stop in this worker's entry. Waits for a debugger, then stops at the
 * first statement of `file`, CommonJS or ES module; the session lives as long as the process.
 */
export const breakAtStart = (file: string): void => {
  waitForDebugger();
  const session = new Session();
  session.connect();
  session.post("Debugger.enable");
  const names = [file, pathToFileURL(file).href].map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  session.post("Debugger.setBreakpointByUrl", { lineNumber: 0, urlRegex: `^(?:${names.join("|")})$` });
};
