import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createDoor, type Door, type DoorLimits } from "../../../lib/master/door.ts";
import type { RawHandle } from "../../../lib/protocol/raw-handle.ts";

interface FakeHandle extends RawHandle {
  closed: boolean;
  stopped: number;
}

const fakeHandle = (): FakeHandle => {
  const handle: FakeHandle = {
    fd: 0,
    closed: false,
    stopped: 0,
    close: () => {
      handle.closed = true;
    },
    readStop: () => (handle.stopped += 1),
    getpeername: () => 0,
  };
  return handle;
};

const setUp = (limits: Partial<DoorLimits> = {}) => {
  const handed: { worker: number; id: number; returned: boolean; handle: RawHandle }[] = [];
  const refused: RawHandle[] = [];
  const pressure: number[] = [];
  const door = createDoor({
    refuser: { refuse: (handle) => void refused.push(handle), pending: () => 0 },
    refused: () => undefined,
    pressureChanged: (held) => void pressure.push(held),
  });
  door.setLimits({ workers: 1, connections: 4, backlog: 2, waitTimeoutMs: 60_000, ...limits });
  door.point(1);
  const addWorker = (id: number, generation = 1): void =>
    door.open({
      id,
      generation,
      capacity: 100,
      hand: ({ id: connection, returned }, handle) =>
        void handed.push({ worker: id, id: connection, returned, handle }),
    });
  return { door, handed, refused, pressure, addWorker };
};

/** Acknowledges everything that is on its way, as often as something new is. */
const acknowledgeAll = (door: Door, handed: readonly { worker: number; id: number }[]): void => {
  for (let index = 0; index < handed.length; index++) {
    const item = handed[index];
    if (item !== undefined) door.accepted(item.worker, item.id, []);
  }
};

describe("the door", () => {
  it("opens exactly as many connections as the limit, holds the backlog in order, and refuses the rest", () => {
    const { door, handed, refused, addWorker } = setUp();
    addWorker(1);
    addWorker(2);
    const clients = Array.from({ length: 8 }, fakeHandle);
    for (const client of clients) door.accept(client);
    acknowledgeAll(door, handed);
    assert.deepEqual({ ...door.figures(), heldForSec: 0 }, { open: 4, held: 2, heldForSec: 0 });
    assert.deepEqual(refused, clients.slice(6));
    door.closed(handed[0]?.worker ?? 0, [handed[0]?.id ?? 0]);
    acknowledgeAll(door, handed);
    assert.equal(handed.at(-1)?.handle, clients[4], "the one held longest comes first");
    assert.deepEqual({ ...door.figures(), heldForSec: 0 }, { open: 4, held: 1, heldForSec: 0 });
  });

  it("has one hand-over on its way to a worker at a time, and keeps its own copy until it is acknowledged", () => {
    const { door, handed, addWorker } = setUp();
    addWorker(1);
    const clients = [fakeHandle(), fakeHandle()];
    for (const client of clients) door.accept(client);
    assert.equal(handed.length, 1);
    assert.equal(clients[0]?.closed, false);
    door.accepted(1, handed[0]?.id ?? 0, []);
    assert.equal(clients[0]?.closed, true);
    assert.equal(handed.length, 2);
  });

  it("gives a connection that a dead worker never acknowledged to another worker, and forgets those it had", () => {
    const { door, handed, addWorker } = setUp();
    addWorker(1);
    for (let client = 0; client < 2; client++) door.accept(fakeHandle());
    door.accepted(1, handed[0]?.id ?? 0, []);
    addWorker(2);
    door.gone(1);
    assert.equal(handed.at(-1)?.worker, 2);
    assert.equal(handed.at(-1)?.id, handed[1]?.id);
    assert.equal(door.figures().open, 1);
  });

  it("holds clients while no worker is ready, and serves them when one comes", () => {
    const { door, handed, refused, addWorker } = setUp();
    door.accept(fakeHandle());
    door.accept(fakeHandle());
    assert.deepEqual({ ...door.figures(), heldForSec: 0 }, { open: 0, held: 2, heldForSec: 0 });
    addWorker(1);
    acknowledgeAll(door, handed);
    assert.equal(handed.length, 2);
    assert.equal(refused.length, 0);
  });

  it("tells those who waited longer than the budget, and nobody else", () => {
    const { door, refused } = setUp({ waitTimeoutMs: 0 });
    door.accept(fakeHandle());
    door.tick();
    assert.equal(refused.length, 1);
    assert.equal(door.figures().held, 0);
  });

  it("lets clients wait for missing workers rather than give those that are there more than they have room for", () => {
    const { door, handed, refused, addWorker } = setUp({ workers: 2, connections: 500 });
    addWorker(1);
    for (let client = 0; client < 150; client++) door.accept(fakeHandle());
    acknowledgeAll(door, handed);
    assert.deepEqual([handed.length, refused.length], [100, 0]);
    addWorker(2);
    acknowledgeAll(door, handed);
    assert.equal(handed.length, 150);
    assert.equal(door.connectionsOf(2), 50);
  });

  it("says when clients begin to be held and when nobody is any more", () => {
    const { door, handed, pressure, addWorker } = setUp({ connections: 1 });
    addWorker(1);
    door.accept(fakeHandle());
    door.accept(fakeHandle());
    acknowledgeAll(door, handed);
    door.closed(1, [handed[0]?.id ?? 0]);
    assert.deepEqual(pressure, [1, 0]);
  });

  it("places a returned idle connection elsewhere without giving its place away, unread", () => {
    const { door, handed, addWorker } = setUp({ connections: 1 });
    addWorker(1);
    addWorker(2, 2);
    door.accept(fakeHandle());
    door.accepted(1, handed[0]?.id ?? 0, []);
    door.accept(fakeHandle());
    door.point(2);
    const back = fakeHandle();
    door.returned(1, handed[0]?.id ?? 0, back);
    assert.deepEqual(handed.at(-1), { worker: 2, id: handed[0]?.id, returned: true, handle: back });
    assert.equal(back.stopped, 1);
    assert.deepEqual({ ...door.figures(), heldForSec: 0 }, { open: 1, held: 1, heldForSec: 0 });
  });

  it("points new connections to the new generation only", () => {
    const { door, handed, addWorker } = setUp();
    addWorker(1, 1);
    addWorker(2, 2);
    door.point(2);
    door.accept(fakeHandle());
    assert.equal(handed[0]?.worker, 2);
  });

  it("cuts nobody off when the limit shrinks: those beyond it stay, new ones are held", () => {
    const { door, handed, addWorker } = setUp();
    addWorker(1);
    for (let client = 0; client < 4; client++) door.accept(fakeHandle());
    acknowledgeAll(door, handed);
    door.setLimits({ workers: 1, connections: 2, backlog: 2, waitTimeoutMs: 60_000 });
    door.accept(fakeHandle());
    assert.deepEqual({ ...door.figures(), heldForSec: 0 }, { open: 4, held: 1, heldForSec: 0 });
    const ids = handed.map(({ id }) => id);
    door.closed(1, ids.slice(0, 2));
    assert.equal(door.figures().held, 1);
    door.closed(1, ids.slice(2, 3));
    assert.deepEqual({ ...door.figures(), heldForSec: 0 }, { open: 2, held: 0, heldForSec: 0 });
  });
});
