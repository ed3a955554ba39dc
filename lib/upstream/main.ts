import type { Server } from "node:http";
import type { Context } from "../index.ts";
import { readUpstreamUrl } from "../upstream-url.ts";
import { createUpstreamServer } from "./server.ts";

/** What `dashd start --upstream URL` serves: the server at the URL, which is this program's one argument. */
const upstream = ({ signal, slot, log }: Pick<Context, "signal" | "slot" | "log">): Server => {
  const url = process.argv[2] ?? "";
  const address = readUpstreamUrl(url);
  if (address === null) throw new Error(`not the URL of an upstream: ${url}`);
  return createUpstreamServer({ address, signal, worker: `${slot}/${process.pid}`, log });
};

export default upstream;
