import { type ClientRequest, request as requestHttp } from "node:http";
import { isIP } from "node:net";
import { readUpstreamUrl } from "../../upstream-url.ts";
import { judgeUpstream, silentLooks, type UpstreamAnswer, type UpstreamReading } from "./judge-upstream.ts";

/** The master's own look at the upstream: one GET at a time, on a connection of its own, that reads no more than the head. */
export interface UpstreamProbe {
  /** Never rejects; at most a deadline long. */
  look(): Promise<UpstreamReading>;
  close(): void;
}

export interface UpstreamProbeOptions {
  readonly url: string;
  readonly path: string;
  readonly now: () => number;
  readonly deadlineMs?: number;
}

export const createUpstreamProbe = ({ url, path, now, deadlineMs = 2_000 }: UpstreamProbeOptions): UpstreamProbe => {
  let answers: readonly UpstreamAnswer[] = [];
  let asking: ClientRequest | null = null;

  const ask = async (): Promise<UpstreamAnswer> => {
    const request = await requestTo(url, path);
    const startedAtMs = now();
    return new Promise((resolve) => {
      const settle = (answer: UpstreamAnswer): void => {
        clearTimeout(timer);
        resolve(answer);
        request.destroy();
      };
      // What arrived while the loop was busy is read first.
      const timer = setTimeout(() => setImmediate(() => settle({ kind: "silent" })), deadlineMs);
      request.on("response", ({ statusCode = 0 }) =>
        settle({ kind: "answered", status: statusCode, latencyMs: now() - startedAtMs }),
      );
      request.on("error", (error) => settle({ kind: "refused", fault: faultOf(error) }));
      asking = request;
      request.end();
    });
  };

  return {
    look: async () => {
      answers = [...answers, await ask()].slice(-silentLooks);
      return judgeUpstream(url, path, answers);
    },
    close: () => asking?.destroy(),
  };
};

const requestTo = async (url: string, path: string): Promise<ClientRequest> => {
  const address = readUpstreamUrl(url);
  const options = { path, agent: false, headers: { "user-agent": "dashd-probe", connection: "close" } } as const;
  if (address === null) throw new Error(`not the URL of an upstream: ${url}`);
  if (address.kind === "unix") return requestHttp({ ...options, socketPath: address.path });
  const { protocol, hostname, port } = address;
  if (protocol === "http:") return requestHttp({ ...options, hostname, port });
  const { request } = await import("node:https");
  return request({ ...options, hostname, port, servername: isIP(hostname) === 0 ? hostname : "" });
};

const faultOf = (error: NodeJS.ErrnoException): string => {
  const { code = "" } = error;
  return code.startsWith("HPE_") ? "not-http" : code === "" ? "terminated" : code;
};
