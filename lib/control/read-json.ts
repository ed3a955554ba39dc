import type { IncomingMessage } from "node:http";
import { DashdError } from "../errors.ts";

/** The body as JSON; refused beyond 64 kB. How long it may take is bounded by the server's own requestTimeout. */
export const readJson = async (request: IncomingMessage): Promise<unknown> => {
  const text = await readText(request);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw bad(text === "" ? "nothing" : text.slice(0, 40), "a JSON document");
  }
};

const maxBodyBytes = 64 * 1024;

// Not `for await`: leaving that loop early destroys the socket before the refusal is written.
const readText = (request: IncomingMessage): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBodyBytes) chunks.push(chunk);
      else reject(bad(`more than ${maxBodyBytes} bytes`, `at most ${maxBodyBytes} bytes`));
    });
    request.once("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    request.once("close", () => reject(bad("a body cut short", "a JSON document")));
    request.once("error", () => reject(bad("a body cut short", "a JSON document")));
  });

const bad = (found: string, expected: string): DashdError =>
  new DashdError("E_USAGE", { found: `body: ${found}`, expected });
