import { createServer } from "node:net";
import { DashdError } from "../errors.ts";
import { whoListens } from "../host/port-owner.ts";
import type { InspectorAddress } from "../master/options.ts";
import { type Given, textOf } from "./command.ts";

/**
 * The app as typed, and the debugger: `--inspect[=[host:]port]` and `--inspect-brk[=…]` as Node reads them. `dashd dev --inspect ./server.js` is what hands used to node type: commander takes
 * the app for the flag's value, and gets it back here.
 */
export const askedInspector = ({
  args,
  options,
}: Pick<Given, "args" | "options">): {
  readonly typed: string | undefined;
  readonly inspector: InspectorAddress | null;
} => {
  const breaks = options["inspectBrk"] !== undefined;
  const value = breaks ? options["inspectBrk"] : options["inspect"];
  if (value === undefined) return { typed: args[0], inspector: null };
  const text = textOf(value);
  const address = text === undefined ? standard : parse(text);
  if (address !== null) return { typed: args[0], inspector: { ...address, breaks } };
  if (args[0] === undefined) return { typed: text, inspector: { ...standard, breaks } };
  throw new DashdError(
    "E_USAGE",
    { found: `${breaks ? "--inspect-brk" : "--inspect"}=${text ?? ""}`, expected: "cli.expected-inspector" },
    { hint: `dashd dev ${args[0]} --inspect=${standard.host}:${standard.port}` },
  );
};

/** Finds out the port, which stays the same over all restarts; a taken one is told before anything starts. */
export const openInspector = (asked: InspectorAddress): Promise<InspectorAddress> =>
  new Promise((resolve, reject) => {
    const { host, port } = asked;
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      const hint = "dashd dev --inspect=0";
      const owner = error.code === "EADDRINUSE" ? whoListens(port, host) : null;
      const facts = { host, port, owner: owner === null ? null : `pid ${owner.pid} (${owner.command})` };
      const found = error.code ?? error.message;
      reject(
        error.code === "EADDRINUSE"
          ? new DashdError("E_PORT_IN_USE", facts, { hint, cause: error })
          : new DashdError("E_ADDRESS", { host, port, found }, { hint, cause: error }),
      );
    });
    probe.listen(port, host, () => {
      const bound = probe.address();
      probe.close(() => resolve({ ...asked, port: typeof bound === "object" && bound !== null ? bound.port : port }));
    });
  });

/** Never Node's own `--inspect-brk`: that stops in the worker's entry; the worker itself stops at the app's first line. */
export const inspectorFlag = ({ host, port, breaks }: InspectorAddress): string =>
  `--inspect${breaks ? "-wait" : ""}=${host.includes(":") ? `[${host}]` : host}:${port}`;

/** null: no address, perhaps an app. */
const parse = (text: string): Address | null => {
  const found = /^(?:(?:\[([0-9a-f:]+)\]|([a-z0-9.-]+)):)?(\d{1,5})$/i.exec(text);
  const port = Number(found?.[3]);
  if (found === null || port > 65_535) return null;
  return { host: found[1] ?? found[2] ?? standard.host, port };
};

type Address = Omit<InspectorAddress, "breaks">;

const standard: Address = { host: "127.0.0.1", port: 9229 };
