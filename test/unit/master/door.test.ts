import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keyOf } from "../../../lib/master/choose-slot.ts";
import { createDoor, type Door, type DoorDependencies, type DoorLimits } from "../../../lib/master/door.ts";
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

const setUp = (limits: Partial<DoorLimits> = {}, keyOfClient: DoorDependencies["keyOf"] = null) => {
  const handed: { worker: number; id: number; returned: boolean; handle: RawHandle }[] = [];
  const refused: RawHandle[] = [];
  const pressure: number[] = [];
  let nowMs = 1_000_000;
  const workers: number[] = [];
  const asked: { worker: number; count: number; only: readonly number[] | null }[] = [];
  const door = createDoor({
    refuser: { refuse: (handle) => void refused.push(handle), pending: () => 0 },
    refused: () => undefined,
    pressureChanged: (held) => void pressure.push(held),
    askedBack: () => undefined,
    keyOf: keyOfClient,
    now: () => nowMs,
  });
  door.setLimits({ workers: 1, connections: 4, backlog: 2, waitTimeoutMs: 60_000, ...limits });
  door.point(new Set([1]));
  const addWorker = (id: number, generation = 1): void => {
    workers.push(id);
    door.open({
      id,
      slot: id,
      generation,
      giveBack: ({ count, only }) => void asked.push({ worker: id, count, only }),
      capacity: 100,
      hand: ({ id: connection, returned }, handle) =>
        void handed.push({ worker: id, id: connection, returned, handle }),
    });
  };
  /** A second in which every worker is heard. */
  const nextSecond = (): void => {
    nowMs += 1_000;
    for (const id of workers) door.heard(id);
    door.tick();
  };
  return { door, handed, refused, pressure, asked, addWorker, nextSecond };
};

/** Acknowledges everything that is on its way, as often as something new is. */
const acknowledgeAll = (door: Door, handed: readonly { worker: number; id: number }[]): void => {
  for (let index = 0; index < handed.length; index++) {
    const item = handed[index];
    if (item !== undefined) door.accepted(item.worker, item.id, []);
  }
};

describe("the door", () => {
  it("turns away those who had a place as well, when nobody will serve", () => {
    const { door, refused, addWorker } = setUp();
    const [first, second] = [fakeHandle(), fakeHandle()];
    addWorker(1);
    door.accept(first);
    door.gone(1);
    door.accept(second);
    door.refuseWaiting();
    assert.deepEqual(refused, [first, second]);
    assert.deepEqual([door.figures().open, door.figures().held], [0, 0]);
  });

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

  it("gives a connection that did not reach its worker to another, which gets the others too for a second", () => {
    const { door, handed, refused, addWorker, nextSecond } = setUp({ workers: 2 });
    addWorker(1);
    addWorker(2);
    const clients = Array.from({ length: 3 }, fakeHandle);
    door.accept(clients[0] ?? fakeHandle());
    const unable = handed[0]?.worker ?? 0;
    const able = unable === 1 ? 2 : 1;
    door.notReceived(unable);
    assert.deepEqual([handed.at(-1)?.worker, handed.at(-1)?.id], [able, handed[0]?.id]);
    assert.equal(clients[0]?.closed, false, "its copy is kept until somebody has it");
    assert.deepEqual([door.connectionsOf(unable), door.connectionsOf(able), door.figures().open], [0, 1, 1]);
    for (const client of clients.slice(1)) door.accept(client);
    acknowledgeAll(door, handed);
    assert.deepEqual(
      handed.slice(1).map(({ worker }) => worker),
      [able, able, able],
    );
    door.notReceived(unable);
    assert.equal(handed.length, 4, "nothing was on its way any more");
    nextSecond();
    door.accept(fakeHandle());
    assert.equal(handed.at(-1)?.worker, unable, "it is asked again");
    assert.deepEqual(refused, []);
  });

  it("lets clients wait where no worker can take one, and tells them when they have waited their time", () => {
    const { door, handed, refused, addWorker, nextSecond } = setUp({ waitTimeoutMs: 3_000 });
    addWorker(1);
    const client = fakeHandle();
    door.accept(client);
    for (let second = 1; second <= 3; second++) {
      assert.deepEqual([handed.length, refused], [second, []], "asked once a second");
      door.notReceived(1);
      nextSecond();
    }
    assert.deepEqual(refused, [client]);
    assert.equal(door.figures().open, 0);
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

  it("lets one that came back wait for a missing worker no longer than a new client would", () => {
    const { door, handed, addWorker, nextSecond } = setUp({ workers: 2, connections: 500, waitTimeoutMs: 5_000 });
    addWorker(1);
    addWorker(2);
    for (let client = 0; client < 200; client++) door.accept(fakeHandle());
    acknowledgeAll(door, handed);
    const given = handed.find(({ worker }) => worker === 2)?.id ?? 0;
    door.shut(2);
    const back = fakeHandle();
    door.returned(2, given, back);
    for (let second = 0; second < 4; second++) nextSecond();
    assert.equal(handed.length, 200, "the only one that serves is full, and another is to come");
    nextSecond();
    assert.deepEqual(handed.at(-1), { worker: 1, id: given, returned: true, handle: back });
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
    door.point(new Set([2]));
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
    door.point(new Set([2]));
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

  it("asks those with more for what the others lack, once until it is answered, and places it on the emptiest", () => {
    const { door, handed, asked, addWorker, nextSecond } = setUp({ workers: 3, connections: 100 });
    addWorker(1);
    addWorker(2);
    for (let client = 0; client < 20; client++) door.accept(fakeHandle());
    acknowledgeAll(door, handed);
    door.tick();
    assert.deepEqual(asked, [], "equal as they are");
    addWorker(3);
    nextSecond();
    nextSecond();
    assert.deepEqual(asked, [
      { worker: 1, count: 4, only: null },
      { worker: 2, count: 2, only: null },
    ]);
    const before = handed.length;
    for (const { worker, count } of asked) {
      const ids = handed.slice(0, before).filter((one) => one.worker === worker);
      // All at once: the emptiest is still busy with the first, and must get the others all the same.
      for (const { id } of ids.slice(0, count)) door.returned(worker, id, fakeHandle());
      door.gave(worker, count);
    }
    for (let index = before; index < handed.length; index++) {
      assert.deepEqual([handed[index]?.worker, handed[index]?.returned], [3, true]);
      door.accepted(3, handed[index]?.id ?? 0, []);
    }
    assert.deepEqual([1, 2, 3].map(door.connectionsOf), [6, 8, 6]);
    nextSecond();
    assert.equal(asked.length, 2, "equal enough");
    assert.equal(door.figures().open, 20);
  });

  it("asks a worker that had nothing to give no more for a while", () => {
    const { door, handed, asked, addWorker, nextSecond } = setUp({ workers: 2, connections: 100 });
    addWorker(1);
    for (let client = 0; client < 9; client++) door.accept(fakeHandle());
    acknowledgeAll(door, handed);
    addWorker(2);
    nextSecond();
    door.gave(1, 0);
    for (let second = 0; second < 5; second++) nextSecond();
    assert.equal(asked.length, 1);
  });

  it("lets a given-back connection that waits for the emptiest hold nobody up", () => {
    const { door, handed, addWorker } = setUp({ workers: 3, connections: 100 });
    addWorker(1);
    addWorker(2);
    for (let client = 0; client < 8; client++) door.accept(fakeHandle());
    acknowledgeAll(door, handed);
    addWorker(3);
    door.accept(fakeHandle());
    assert.equal(handed.at(-1)?.worker, 3, "busy with this one now");
    const back = fakeHandle();
    door.returned(1, handed[0]?.id ?? 0, back);
    const newcomer = fakeHandle();
    door.accept(newcomer);
    assert.equal(handed.at(-1)?.handle, newcomer);
    door.accepted(3, handed[8]?.id ?? 0, []);
    assert.deepEqual([handed.at(-1)?.worker, handed.at(-1)?.handle], [3, back]);
  });
});

describe("the door where the address decides", () => {
  /** The fd stands for the client's address. */
  const client = (address: number): FakeHandle => Object.assign(fakeHandle(), { fd: address });
  const keyOfClient = ({ fd }: RawHandle): number => keyOf(`10.0.0.${fd}`);
  const setUpSticky = () => setUp({ workers: 3, connections: 200 }, keyOfClient);
  const addressesOf = (handed: readonly { worker: number; handle: RawHandle }[]) => {
    const workers = new Map<number, Set<number>>();
    for (const { worker, handle } of handed) {
      workers.set(handle.fd, (workers.get(handle.fd) ?? new Set()).add(worker));
    }
    return workers;
  };

  it("gives all connections of an address to one slot, and different addresses to different ones", () => {
    const { door, handed, addWorker } = setUpSticky();
    for (const id of [1, 2, 3]) addWorker(id);
    for (let n = 0; n < 120; n++) door.accept(client(n % 12));
    acknowledgeAll(door, handed);
    assert.equal(handed.length, 120);
    const workers = [...addressesOf(handed).values()];
    assert.ok(workers.every((found) => found.size === 1));
    assert.equal(new Set(workers.flatMap((found) => [...found])).size, 3);
  });

  it("keeps the order of a slot's clients, and lets a slot that does not acknowledge hold up no other's", () => {
    const { door, handed, addWorker } = setUpSticky();
    for (const id of [1, 2, 3]) addWorker(id);
    for (let n = 0; n < 12; n++) door.accept(client(n));
    const silent = handed[0]?.worker ?? 0;
    for (let index = 0; index < handed.length; index++) {
      const { worker, id } = handed[index] ?? { worker: 0, id: 0 };
      if (worker !== silent) door.accepted(worker, id, []);
    }
    assert.equal(handed.filter(({ worker }) => worker === silent).length, 1);
    door.accepted(silent, handed[0]?.id ?? 0, []);
    acknowledgeAll(door, handed);
    assert.equal(handed.length, 12);
    for (const worker of [1, 2, 3]) {
      const ids = handed.filter((one) => one.worker === worker).map(({ id }) => id);
      assert.deepEqual(
        ids,
        ids.toSorted((a, b) => a - b),
      );
    }
  });

  it("moves the clients of a slot that went only, and asks for them back when it is there again", () => {
    const { door, handed, asked, addWorker, nextSecond } = setUpSticky();
    for (const id of [1, 2, 3]) addWorker(id);
    for (let n = 0; n < 12; n++) door.accept(client(n));
    acknowledgeAll(door, handed);
    const home = addressesOf(handed);
    nextSecond();
    assert.equal(asked.length, 0);
    door.gone(2);
    const before = handed.length;
    for (let n = 0; n < 12; n++) door.accept(client(n));
    for (let index = before; index < handed.length; index++) {
      const { worker, id } = handed[index] ?? { worker: 0, id: 0 };
      door.accepted(worker, id, []);
    }
    const meanwhile = addressesOf(handed.slice(before));
    const moved = [...meanwhile].filter(([address, workers]) =>
      [...workers].some((worker) => home.get(address)?.has(worker) !== true),
    );
    const ofTwo = [...home].filter(([, workers]) => workers.has(2));
    assert.deepEqual(
      moved.map(([address]) => address).toSorted((a, b) => a - b),
      ofTwo.map(([address]) => address).toSorted((a, b) => a - b),
    );
    addWorker(2);
    nextSecond();
    assert.equal(
      asked.reduce((sum, { count }) => sum + count, 0),
      ofTwo.length,
    );
    for (const { worker, only } of asked) {
      for (const id of only ?? []) {
        const address = handed.find((one) => one.id === id)?.handle.fd ?? 0;
        door.returned(worker, id, client(address));
        assert.equal(handed.at(-1)?.worker, 2);
        door.accepted(2, id, []);
      }
      door.gave(worker, only?.length ?? 0);
    }
    for (let second = 0; second < 3; second++) nextSecond();
    assert.ok(asked.length <= 2, "asked once, and home");
  });
});
