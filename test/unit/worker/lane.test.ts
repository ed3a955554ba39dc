import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import type { AssignmentChange, MiniMaster, MiniWorker } from "../../support/mini-master.ts";
import { createMiniMaster, fixture } from "../../support/mini-master.ts";
import type { RawClient } from "../../support/raw-http.ts";
import { openRaw } from "../../support/raw-http.ts";

/** Nothing here takes seconds; a loaded machine may. */
const limit = { timeout: 60_000 };

describe("the lane", () => {
  const masters: MiniMaster[] = [];
  const clients: RawClient[] = [];
  after(async () => {
    for (const { socket } of clients) socket.destroy();
    await Promise.all(masters.map((one) => one.close()));
  });

  const start = async (change: AssignmentChange = {}): Promise<{ master: MiniMaster; worker: MiniWorker }> => {
    const master = await createMiniMaster({ app: fixture("behaviours.cjs") });
    masters.push(master);
    return { master, worker: await master.ready(change) };
  };
  const client = ({ port }: MiniMaster): RawClient => {
    const opened = openRaw(port);
    clients.push(opened);
    return opened;
  };
  /** A connection that has had one answer and is idle now. */
  const idleClient = async (master: MiniMaster): Promise<RawClient> => {
    const raw = client(master);
    raw.get("/");
    await raw.until(/200 OK[^]*ok/);
    return raw;
  };
  const pidOf = async (raw: RawClient): Promise<number> => {
    raw.get("/pid");
    return Number((await raw.until(/\r\n\r\n(\d+)/))[1]);
  };

  /** A client that asks again at once may still be answered where it was; never for long. */
  const movesTo = async (raw: RawClient, pid: number): Promise<void> => {
    for (let asked = 0; asked < 100; asked++) if ((await pidOf(raw)) === pid) return;
    assert.fail(`never answered by ${pid}`);
  };

  it("says of every connection that it took it, and that it is gone", limit, async () => {
    const { master, worker } = await start();
    const all = [await idleClient(master), await idleClient(master), client(master)];
    await worker.until("accepted", ({ id }) => id === 3);
    for (const { socket } of all) socket.destroy();
    const gone = (): number[] => worker.messages.flatMap((one) => (one.type === "closed" ? one.ids : []));
    await worker.until("closed", () => gone().length === 3);
    assert.deepEqual(
      gone().toSorted((a, b) => a - b),
      [1, 2, 3],
    );
  });

  it(
    "closes what has been idle for the idle time, silent from the start or after answers, and nothing that works",
    limit,
    async () => {
      const { master } = await start({ limits: { idleTimeoutMs: 1500 } });
      const works = client(master);
      works.get("/wait");
      const silent = client(master);
      const idle = await idleClient(master);
      await Promise.all([silent.closed(), idle.closed()]);
      assert.equal(silent.text(), "", "closed without a word");
      assert.ok(works.isOpen());
    },
  );

  it("ends a half-sent request in time, and lets a silent connection be merely idle", limit, async () => {
    const { master } = await start({ limits: { requestTimeoutMs: 500 } });
    const silent = client(master);
    const half = client(master);
    half.send("GET / HTTP/1.1\r\nHost: a\r\nX-Half");
    assert.match(await half.closed(), /^HTTP\/1\.1 408 /);
    assert.ok(silent.isOpen());
    silent.get("/");
    await silent.until(/200 OK/);
  });

  it(
    "makes room under pressure: answers say close, and idle connections go, longest first, as many as are needed",
    limit,
    async () => {
      const { master, worker } = await start();
      const first = await idleClient(master);
      await worker.until("beat", ({ beat }) => beat.served === 1);
      const second = await idleClient(master);
      worker.send({ type: "pressure", held: 1 });
      const asks = client(master);
      asks.get("/");
      assert.match(await asks.closed(), /connection: close/i);
      await first.closed();
      assert.ok(second.isOpen(), "one was needed, one went");
      worker.send({ type: "pressure", held: 0 });
      const keeps = client(master);
      keeps.get("/");
      await keeps.until(/connection: keep-alive[^]*ok/i);
    },
  );

  it("hands idle connections back in a change, and the client notices nothing", limit, async () => {
    const { master, worker } = await start();
    const kept = [await idleClient(master), await idleClient(master), client(master)];
    await worker.until("accepted", ({ id }) => id === 3);
    const next = await master.ready();
    worker.drain("change");
    assert.deepEqual(await worker.exit, { code: 0, signal: null });
    for (const raw of kept) assert.equal(await pidOf(raw), next.pid);
    assert.equal(master.moved(), 3);
    assert.ok(!worker.messages.some((one) => one.type === "closed"), "a connection that moved is not reported closed");
  });

  it("gives as many idle connections back as the door asks for, and those it names", limit, async () => {
    const { master, worker } = await start();
    const kept = [await idleClient(master), await idleClient(master), await idleClient(master)];
    const waits = client(master);
    waits.get("/wait");
    await worker.until("beat", ({ beat }) => beat.inFlight === 1);
    const next = await master.ready();
    worker.open = false;
    worker.send({ type: "give-back", count: 1, only: [2, 4] });
    await worker.until("gave", ({ count }) => count === 1);
    const pids = await Promise.all(kept.map(pidOf));
    assert.deepEqual(pids, [worker.pid, next.pid, worker.pid]);
    worker.send({ type: "give-back", count: 9, only: null });
    await worker.until("gave", ({ count }) => count === 2);
    assert.deepEqual(await Promise.all(kept.map(pidOf)), [next.pid, next.pid, next.pid]);
    assert.ok(waits.isOpen(), "what is in progress stays");
    worker.send({ type: "give-back", count: 1, only: null });
    await worker.until("gave", ({ count }) => count === 0);
  });

  it("gives a busy client's connection back between two of its requests", limit, async () => {
    const { master, worker } = await start();
    const busy = client(master);
    busy.get("/busy?ms=1");
    await busy.until(/busy, not hung/);
    const next = await master.ready();
    worker.open = false;
    worker.send({ type: "give-back", count: 1, only: null });
    await movesTo(busy, next.pid);
  });

  it("keeps what cannot move until it is done: a running request, a half-sent one", limit, async () => {
    const { master, worker } = await start({ limits: { stopTimeoutMs: 20_000 } });
    const half = client(master);
    half.send("GET /pid HTTP/1.1\r\nHost: a\r\n");
    const runs = client(master);
    runs.get("/busy?ms=700");
    await worker.until("accepted", ({ id }) => id === 2);
    const next = await master.ready();
    worker.drain("change");
    await runs.until(/busy, not hung/);
    await movesTo(runs, next.pid);
    half.send("\r\n");
    assert.equal(Number((await half.until(/\r\n\r\n(\d+)/))[1]), worker.pid, "answered where its first half was");
    await movesTo(half, next.pid);
    assert.equal((await worker.exit).code, 0);
  });

  it("bounds streams and half-sent requests by the stop time in a change, not requests", limit, async () => {
    const { master, worker } = await start({ limits: { stopTimeoutMs: 500, requestTimeoutMs: 2500 } });
    const stream = client(master);
    stream.get("/sse");
    await stream.until(/data: 1/);
    const upgraded = client(master);
    upgraded.get("/", "Connection: Upgrade\r\nUpgrade: echo\r\n");
    await upgraded.until(/101/);
    const half = client(master);
    half.send("GET / HTTP/1.1\r\n");
    const waits = client(master);
    waits.get("/wait");
    await worker.until("beat", ({ beat }) => beat.connections === 4 && beat.inFlight === 1);
    worker.drain("change");
    await Promise.all([stream.until(/\r\n0\r\n\r\n$/), upgraded.closed(), half.closed()]);
    assert.ok(waits.isOpen());
    assert.match(await waits.closed(), /^HTTP\/1\.1 503 [^]*timed-out/, "its own time-out ended it");
    assert.equal((await worker.exit).code, 0);
  });

  it(
    "stops as a lame duck: what clients still send is answered and told to close, running requests finish",
    limit,
    async () => {
      const { master, worker } = await start();
      const idle = await idleClient(master);
      const runs = client(master);
      runs.get("/busy?ms=300");
      await worker.until("accepted", ({ id }) => id === 2);
      worker.drain("stop");
      idle.get("/");
      assert.match(await idle.closed(), /connection: close[^]*ok/i);
      assert.match(await runs.closed(), /connection: close[^]*busy, not hung/i);
      assert.deepEqual(await worker.exit, { code: 0, signal: null });
      assert.ok(worker.messages.some((one) => one.type === "drained"));
      assert.match(worker.output, /told to stop/, "the program's own SIGTERM listener may clean up at the end");
    },
  );

  it("stops within the stop time whatever its clients do", limit, async () => {
    const { master, worker } = await start({ limits: { stopTimeoutMs: 800 } });
    const paths = ["/wait", "/begun", "/sse", "/huge"];
    for (const path of paths) {
      const raw = client(master);
      raw.socket.pause();
      raw.get(path);
    }
    client(master).send("GET / HT");
    const upgraded = client(master);
    upgraded.get("/", "Connection: Upgrade\r\nUpgrade: echo\r\n");
    await upgraded.until(/101/);
    await worker.until("accepted", ({ id }) => id === 6);
    worker.drain("stop");
    assert.deepEqual(await worker.exit, { code: 0, signal: null });
  });

  it("ignores SIGTERM and SIGINT: only the master's word counts, for the program's listeners too", limit, async () => {
    const { master, worker } = await start();
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.kill(worker.pid, signal);
    assert.equal(await pidOf(client(master)), worker.pid);
    await worker.until("beat");
    assert.doesNotMatch(worker.output, /told to stop/);
  });
});
