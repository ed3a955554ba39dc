import { connect, type Socket } from "node:net";

/**
 * One load generator, a process of its own: `port kind clients seconds [path]`. As little work for each request as can be, so
 * that the two cores belong to the server. Prints what it counted as JSON and ends by itself.
 */
const [port = 0, clients = 0, seconds = 0] = [process.argv[2], process.argv[4], process.argv[5]].map(Number);
const path = process.argv[6] ?? "/";
const oneShot = process.argv[3] === "one-shot";
const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: bench\r\n${oneShot ? "Connection: close\r\n" : ""}\r\n`);
const counts = { answers: 0, failed: 0 };
const running = { until: performance.now() + seconds * 1_000 };
const isOver = (): boolean => performance.now() >= running.until;

/** Many source addresses, so that ports in TIME_WAIT never run out. */
const open = (client: number, turn: number): Socket =>
  connect({ port, host: "127.0.0.1", localAddress: `127.0.${1 + (client % 8)}.${1 + (turn % 200)}`, noDelay: true });

const visitOnce = (client: number, turn: number): void => {
  const socket = open(client, turn);
  const seen = { status: "", bytes: 0 };
  socket.on("connect", () => socket.write(request));
  socket.on("data", (chunk) => {
    if (seen.bytes === 0) seen.status = chunk.toString("latin1", 9, 12);
    seen.bytes += chunk.length;
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    if (seen.status === "200") counts.answers += 1;
    else counts.failed += 1;
    if (!isOver()) visitOnce(client, turn + 1);
  });
};

/** Every answer of the bench's app ends in `}`: no need to read more of it. */
const CLOSING_BRACE = 0x7d;

const stay = (client: number, turn: number): void => {
  const socket = open(client, turn);
  let waiting = false;
  const ask = (): void => {
    waiting = true;
    socket.write(request);
  };
  socket.on("connect", ask);
  socket.on("data", (chunk) => {
    if (chunk[chunk.length - 1] !== CLOSING_BRACE) return;
    counts.answers += 1;
    waiting = false;
    if (isOver()) socket.destroy();
    else ask();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    if (waiting) counts.failed += 1;
    if (!isOver()) stay(client, turn + 1);
  });
};

const startedAtMs = performance.now();
for (let client = 0; client < clients; client++) (oneShot ? visitOnce : stay)(client, client * 7);
setTimeout(() => {
  const lastedSec = (performance.now() - startedAtMs) / 1_000;
  process.stdout.write(`${JSON.stringify({ ...counts, perSec: counts.answers / lastedSec })}\n`, () => process.exit(0));
}, seconds * 1_000);
