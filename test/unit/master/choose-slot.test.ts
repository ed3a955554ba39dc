import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { chooseSlot, keyOf, keyOfPeer } from "../../../lib/master/choose-slot.ts";

const slots = (count: number) => Array.from({ length: count }, (_, index) => ({ slot: index + 1, lateMs: 0 }));
const slotOf = (address: string, among: ReturnType<typeof slots>): number =>
  chooseSlot(among, keyOf(address))?.slot ?? 0;
/** Neighbours, as the clients of an office are. */
const office = Array.from({ length: 4_000 }, (_, n) => `10.${n >> 10}.${(n >> 8) & 3}.${n & 255}`);
const sixes = Array.from({ length: 4_000 }, (_, n) => `2001:db8::${(n * 7).toString(16)}`);

describe("the slot of a client's address", () => {
  for (const [what, addresses] of [
    ["IPv4", office],
    ["IPv6", sixes],
  ] as const) {
    it(`is spread over 16 slots by ${what} addresses that lie side by side`, () => {
      const counts = new Map<number, number>();
      for (const address of addresses) {
        const slot = slotOf(address, slots(16));
        counts.set(slot, (counts.get(slot) ?? 0) + 1);
      }
      assert.equal(counts.size, 16);
      // 250 each; a fair draw strays by 15, and hardly ever by five times that.
      for (const count of counts.values()) assert.ok(count > 175 && count < 325, String(count));
    });
  }

  it("is another for nobody but the clients of a slot that went, who go to all the others", () => {
    const left = slots(16).filter(({ slot }) => slot !== 5);
    const moved = office.filter((address) => slotOf(address, left) !== slotOf(address, slots(16)));
    assert.ok(moved.every((address) => slotOf(address, slots(16)) === 5));
    assert.equal(new Set(moved.map((address) => slotOf(address, left))).size, 15);
  });

  it("changes for about one client in seventeen when a seventeenth slot comes", () => {
    const moved = office.filter((address) => slotOf(address, slots(17)) !== slotOf(address, slots(16)));
    assert.ok(moved.every((address) => slotOf(address, slots(17)) === 17));
    assert.ok(moved.length > 165 && moved.length < 310, String(moved.length));
  });

  it("does not depend on the order of the workers, nor on being late; of two in one slot it is the one on time", () => {
    const turned = slots(16).toReversed();
    for (const address of office.slice(0, 200)) assert.equal(slotOf(address, turned), slotOf(address, slots(16)));
    const late = { slot: 1, lateMs: 3_000 };
    const replacement = { slot: 1, lateMs: 0 };
    assert.equal(chooseSlot([late], 7), late);
    for (const pair of [
      [late, replacement],
      [replacement, late],
    ])
      assert.equal(chooseSlot(pair, 7), replacement);
    assert.equal(chooseSlot([], 7), null);
  });

  it("is the same for an IPv4 address and its IPv6 form, and known for a client that is gone already", () => {
    assert.equal(keyOf("::ffff:10.0.0.7"), keyOf("10.0.0.7"));
    assert.notEqual(keyOf("10.0.0.7"), keyOf("10.0.0.8"));
    const handle = (answer: number, address: string) => ({
      fd: 3,
      close: () => undefined,
      readStop: () => 0,
      getpeername: (out: { address?: string }) => {
        if (answer === 0) out.address = address;
        return answer;
      },
    });
    assert.equal(keyOfPeer(handle(0, "10.0.0.7")), keyOf("10.0.0.7"));
    assert.equal(keyOfPeer(handle(-107, "")), keyOf(""));
  });
});
