import { products } from "./products.ts";
import { createRandom } from "./random.ts";
import { type Store, stores, troubles } from "./stores.ts";

/** What stands on the shelf of a store in the morning, and below how many it is to be ordered again. */
export interface Stock {
  readonly storeId: number;
  readonly productId: number;
  readonly level: number;
  readonly reorderAt: number;
}

export const stockOfAllStores = (anchorDay: number): readonly Stock[] =>
  stores.flatMap((store) => stockOf(store, createRandom(0x57_0c_c0, anchorDay, store.id)));

const stockOf = (store: Store, random: () => number): readonly Stock[] => {
  const empty = troubles[store.id] === "shelves" ? 0.19 : 0.004;
  const low = troubles[store.id] === "shelves" ? 0.24 : 0.012;
  return products.map(({ id: productId, popularity }) => {
    const reorderAt = Math.max(3, Math.round(popularity * store.size * 6));
    const luck = random();
    const full = reorderAt * 2 + Math.floor(random() * reorderAt * 3);
    const level = luck < empty ? 0 : luck < low ? Math.max(1, Math.floor(reorderAt * random())) : full;
    return { storeId: store.id, productId, level, reorderAt };
  });
};
