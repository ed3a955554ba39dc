import type { IncomingHttpHeaders } from "node:http2";
import { hostForm, isForwarded } from "./guard.ts";

/**
 * The guard in front of a stream of HTTP/2. nghttp2 itself refuses what is malformed in the protocol's own terms: missing
 * or doubled pseudo headers, connection headers, targets that are no paths; left are odd hosts and two that differ.
 */
export const guardHttp2 = (headers: IncomingHttpHeaders): "fine" | "forwarded" | "bad" => {
  const { ":authority": authority, host } = headers;
  if (authority !== undefined && host !== undefined && authority.toLowerCase() !== host.toLowerCase()) return "bad";
  if (!hostForm.test(authority ?? host ?? "")) return "bad";
  for (const name in headers) {
    const first = name.charCodeAt(0);
    if ((first === letterX || first === letterF) && isForwarded(name)) return "forwarded";
  }
  return "fine";
};

const letterF = 102;
const letterX = 120;
