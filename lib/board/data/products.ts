/** The goods of the board: 8 categories of 38, named base by variant, priced in fen (1/100 yuan). */
export const categories = ["drinks", "snacks", "produce", "dairy", "bakery", "meals", "household", "care"] as const;
export type Category = (typeof categories)[number];

export interface Product {
  /** 1.. */
  readonly id: number;
  /** 1.., in the order of `categories`. */
  readonly categoryId: number;
  readonly en: string;
  readonly zh: string;
  readonly priceCents: number;
  /** How often it is bought; only the ratio to the others counts. */
  readonly popularity: number;
}

type Named = readonly [en: string, zh: string, factor: number];
interface Shelf {
  readonly share: number;
  readonly bases: readonly Named[];
  readonly variants: readonly Named[];
}

const perCategory = 38;

/** The factor of a base is its price in yuan, of a variant what that is multiplied by. */
const shelves: Readonly<Record<Category, Shelf>> = {
  drinks: {
    share: 1.5,
    bases: [
      ["Spring water", "矿泉水", 2],
      ["Green tea", "绿茶", 4],
      ["Oolong tea", "乌龙茶", 5],
      ["Cola", "可乐", 3.5],
      ["Orange juice", "橙汁", 8],
      ["Iced coffee", "冰咖啡", 9],
      ["Soy milk", "豆奶", 5],
      ["Lemon soda", "柠檬汽水", 4.5],
      ["Coconut water", "椰子水", 10],
      ["Sports drink", "运动饮料", 6],
    ],
    variants: [
      ["500 ml", "500毫升", 1],
      ["330 ml", "330毫升", 0.8],
      ["1 l", "1升", 1.7],
      ["6-pack", "六连包", 5.4],
    ],
  },
  snacks: {
    share: 1.3,
    bases: [
      ["Potato crisps", "薯片", 8],
      ["Sunflower seeds", "瓜子", 9],
      ["Rice crackers", "米饼", 7],
      ["Dark chocolate", "黑巧克力", 14],
      ["Dried mango", "芒果干", 15],
      ["Beef jerky", "牛肉干", 26],
      ["Seaweed", "海苔", 11],
      ["Hazelnut wafers", "榛子威化", 10],
      ["Peanuts", "花生", 8],
      ["Jelly", "果冻", 6],
    ],
    variants: [
      ["small", "小包", 1],
      ["large", "大包", 1.8],
      ["spicy", "辣味", 1.1],
      ["gift box", "礼盒", 4.2],
    ],
  },
  produce: {
    share: 1.2,
    bases: [
      ["Apples", "苹果", 9],
      ["Bananas", "香蕉", 6],
      ["Mandarins", "柑橘", 8],
      ["Blueberries", "蓝莓", 18],
      ["Tomatoes", "番茄", 6],
      ["Cucumbers", "黄瓜", 5],
      ["Pak choi", "小白菜", 4],
      ["Mushrooms", "香菇", 9],
      ["Potatoes", "土豆", 4],
      ["Grapes", "葡萄", 16],
    ],
    variants: [
      ["500 g", "500克", 1],
      ["1 kg", "1千克", 1.9],
      ["organic", "有机", 1.7],
      ["ready cut", "净菜", 1.4],
    ],
  },
  dairy: {
    share: 1,
    bases: [
      ["Fresh milk", "鲜牛奶", 9],
      ["Yoghurt", "酸奶", 8],
      ["Eggs", "鸡蛋", 14],
      ["Butter", "黄油", 22],
      ["Cheese slices", "奶酪片", 18],
      ["Tofu", "豆腐", 5],
      ["Oat milk", "燕麦奶", 15],
      ["Cream", "淡奶油", 20],
      ["Pudding", "布丁", 7],
      ["Kefir", "开菲尔", 12],
    ],
    variants: [
      ["small", "小份", 1],
      ["family size", "家庭装", 2.3],
      ["low fat", "低脂", 1.1],
      ["organic", "有机", 1.6],
    ],
  },
  bakery: {
    share: 0.9,
    bases: [
      ["Toast", "吐司", 11],
      ["Steamed buns", "馒头", 6],
      ["Croissant", "可颂", 9],
      ["Red bean bun", "豆沙包", 5],
      ["Egg tart", "蛋挞", 6],
      ["Sponge cake", "海绵蛋糕", 13],
      ["Baguette", "法棍", 10],
      ["Scallion roll", "葱花卷", 5],
      ["Cheesecake", "芝士蛋糕", 24],
      ["Mooncake", "月饼", 16],
    ],
    variants: [
      ["single", "单个", 1],
      ["4-pack", "四个装", 3.4],
      ["wholemeal", "全麦", 1.2],
      ["mini", "迷你", 0.6],
    ],
  },
  meals: {
    share: 1.1,
    bases: [
      ["Rice box chicken", "鸡肉饭", 22],
      ["Rice box beef", "牛肉饭", 26],
      ["Cold noodles", "凉面", 14],
      ["Dumplings", "水饺", 18],
      ["Sushi set", "寿司", 28],
      ["Salad bowl", "沙拉", 20],
      ["Hot pot cup", "自热火锅", 29],
      ["Instant noodles", "方便面", 6],
      ["Congee", "粥", 9],
      ["Sandwich", "三明治", 13],
    ],
    variants: [
      ["regular", "标准份", 1],
      ["large", "大份", 1.35],
      ["spicy", "香辣", 1.05],
      ["for two", "双人份", 1.9],
    ],
  },
  household: {
    share: 0.6,
    bases: [
      ["Tissues", "抽纸", 14],
      ["Kitchen roll", "厨房纸", 16],
      ["Dish soap", "洗洁精", 13],
      ["Laundry liquid", "洗衣液", 32],
      ["Bin bags", "垃圾袋", 10],
      ["Batteries", "电池", 15],
      ["Cling film", "保鲜膜", 12],
      ["Sponges", "百洁布", 8],
      ["Light bulb", "灯泡", 18],
      ["Umbrella", "雨伞", 36],
    ],
    variants: [
      ["single", "单件", 1],
      ["value pack", "实惠装", 2.4],
      ["eco", "环保型", 1.3],
      ["large", "大号", 1.6],
    ],
  },
  care: {
    share: 0.6,
    bases: [
      ["Toothpaste", "牙膏", 16],
      ["Shampoo", "洗发水", 34],
      ["Hand cream", "护手霜", 22],
      ["Face mask", "面膜", 28],
      ["Shower gel", "沐浴露", 29],
      ["Cotton pads", "化妆棉", 12],
      ["Razor", "剃须刀", 26],
      ["Soap", "香皂", 8],
      ["Sun cream", "防晒霜", 48],
      ["Plasters", "创可贴", 10],
    ],
    variants: [
      ["travel size", "旅行装", 0.6],
      ["regular", "标准装", 1],
      ["twin pack", "两件装", 1.8],
      ["sensitive", "敏感型", 1.2],
    ],
  },
};

const goodsOf = (category: Category, place: number): readonly Omit<Product, "id">[] => {
  const { share, bases, variants } = shelves[category];
  return variants
    .flatMap(([variantEn, variantZh, times], v) =>
      bases.map(([en, zh, yuan], b) => ({
        categoryId: place + 1,
        en: `${en}, ${variantEn}`,
        zh: `${zh}（${variantZh}）`,
        priceCents: Math.round(yuan * times * 10) * 10,
        // The first of a shelf sells best, the cheap more often than the dear.
        popularity: share / ((1 + v) * (1 + ((b * 7 + v * 3) % 10) / 2)),
      })),
    )
    .slice(0, perCategory);
};

export const products: readonly Product[] = categories
  .flatMap(goodsOf)
  .map((product, index) => ({ id: index + 1, ...product }));
