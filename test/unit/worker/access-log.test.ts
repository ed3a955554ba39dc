import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { test } from "node:test";
import type { AccessLogOptions, ToMaster } from "../../../lib/protocol/worker-messages.ts";
import { accessLine, type Accessed, withoutSecrets } from "../../../lib/worker/access-line.ts";
import { createAccessLog } from "../../../lib/worker/access-log.ts";
import { createTrustedPeers } from "../../../lib/worker/trusted-peers.ts";

const accessed: Accessed = {
  ...{ at: new Date("2026-11-26T10:20:30.400Z"), slot: 3, address: "10.0.0.7", method: "GET", version: "1.1" },
  ...{ target: "/api/orders?page=2", status: 200, bytes: 2326, tookMs: 12.34, waitMs: 0 },
  ...{ referer: "http://board/", agent: "Mozilla/5.0", traceId: null },
};

test("combined is the line that nginx writes", () => {
  assert.equal(
    accessLine("combined", accessed),
    '10.0.0.7 - - [26/Nov/2026:10:20:30 +0000] "GET /api/orders?page=2 HTTP/1.1" 200 2326 "http://board/" "Mozilla/5.0"',
  );
});

test("json tells the slot, the wait and the time it took as well", () => {
  assert.deepEqual(JSON.parse(accessLine("json", { ...accessed, waitMs: null })), {
    ...{ time: "2026-11-26T10:20:30.400Z", slot: 3, address: "10.0.0.7", method: "GET", version: "1.1", status: 200 },
    ...{ bytes: 2326, agent: "Mozilla/5.0", traceId: null, target: "/api/orders?page=2", tookMs: 12.3, waitMs: null },
    referer: "http://board/",
  });
});

test("what a client sends can neither end a line nor leave its quotes", () => {
  const line = accessLine("combined", { ...accessed, agent: 'a" 200 0\n\u001b[2J\\' });
  assert.ok(line.endsWith(String.raw`"a\" 200 0\x0a\x1b[2J\\"`), line);
});

test("values of parameters that tell a secret are left out, of the target and of where the client came from", () => {
  assert.equal(
    withoutSecrets("/login?user=anna&password=hush&page=2&access_token=abc&api-key=x#t"),
    "/login?user=anna&password=(set)&page=2&access_token=(set)&api-key=(set)#t",
  );
  assert.equal(withoutSecrets("http://anna:hush@host/x"), "http://anna:(set)@host/x");
  const line = accessLine("combined", { ...accessed, target: "/?token=hush", referer: "http://a/?sessionid=hush" });
  assert.doesNotMatch(line, /hush/);
});

test("behind trusted proxies the address is the last one that is none of them; else the peer's own", () => {
  const logged = (trusted: readonly string[], forwarded: string): string => {
    const { log, sent } = logOf({ format: "combined", sample: 1 }, trusted);
    log.over(visit({ "x-forwarded-for": forwarded }));
    log.flush();
    return sent[0]?.text.split(" ", 1)[0] ?? "";
  };
  assert.equal(logged([], "6.6.6.6"), "10.0.0.1");
  assert.equal(logged(["10.0.0.0/8"], "6.6.6.6, 203.0.113.9, 10.0.0.2"), "203.0.113.9");
});

test("a sample writes that share, and a master that does not read costs bounded memory and a count", () => {
  let next = 0;
  const half = logOf({ format: "combined", sample: 0.5 }, [], () => (next++ % 2 === 0 ? 0.2 : 0.7));
  for (let request = 0; request < 10; request++) half.log.over(visit());
  half.log.flush();
  assert.equal(half.sent[0]?.lines, 5);

  const stuck = logOf({ format: "combined", sample: 1 }, []);
  stuck.log.over(visit());
  stuck.log.flush();
  for (let request = 0; request < 20_000; request++) stuck.log.over(visit());
  stuck.log.flush();
  assert.equal(stuck.sent.length, 1);
  stuck.log.flush(true);
  const [, last] = stuck.sent;
  assert.ok(last !== undefined && last.text.length < 1_200_000);
  assert.ok(last.dropped > 0);
  assert.equal(last.lines + last.dropped, 20_000);
});

const logOf = (options: AccessLogOptions, trusted: readonly string[], chance = () => 0) => {
  const sent: Extract<ToMaster, { readonly type: "access" }>[] = [];
  const log = createAccessLog({
    ...{ options, slot: 1, chance, trusts: createTrustedPeers(trusted), now: () => 5, wallClock: () => new Date(0) },
    // It never says that it has read.
    channel: { send: (message) => void (message.type === "access" && sent.push(message)) },
  });
  return { log, sent };
};

const visit = (headers: IncomingMessage["headers"] = {}) => {
  const req = { method: "GET", url: "/", httpVersion: "1.1", httpVersionMajor: 1, headers };
  const socket = { remoteAddress: "::ffff:10.0.0.1", _bytesDispatched: 150 };
  return {
    req: { ...req, socket } as unknown as IncomingMessage,
    res: { headersSent: true, statusCode: 200 } as ServerResponse,
    ...{ arrivedAtMs: 1, slotAtMs: 2, waitFromMs: 1, bytesBefore: 50, state: "over" as const, place: 0 },
  };
};
