/** The stores of the board: made up, named by real places. Ids are 1.. in this order. */
export const stores: readonly Store[] = [
  ["north", 1.7, "Beijing Wangfujing", "北京王府井店"],
  ["north", 1.2, "Beijing Sanlitun", "北京三里屯店"],
  ["north", 0.9, "Beijing Zhongguancun", "北京中关村店"],
  ["north", 1.0, "Tianjin Binjiang Road", "天津滨江道店"],
  ["north", 0.7, "Shijiazhuang Railway St", "石家庄站前店"],
  ["north", 0.8, "Taiyuan Liuxiang", "太原柳巷店"],
  ["north", 0.6, "Hohhot Zhongshan Road", "呼和浩特中山路店"],
  ["northeast", 1.0, "Shenyang Zhongjie", "沈阳中街店"],
  ["northeast", 0.9, "Dalian Xi'an Road", "大连西安路店"],
  ["northeast", 0.7, "Changchun Guilin Road", "长春桂林路店"],
  ["northeast", 0.8, "Harbin Central Street", "哈尔滨中央大街店"],
  ["east", 1.9, "Shanghai Nanjing Road", "上海南京路店"],
  ["east", 1.5, "Shanghai Xujiahui", "上海徐家汇店"],
  ["east", 1.1, "Shanghai Hongqiao", "上海虹桥店"],
  ["east", 1.3, "Hangzhou West Lake", "杭州西湖店"],
  ["east", 0.9, "Hangzhou Binjiang", "杭州滨江店"],
  ["east", 1.2, "Nanjing Xinjiekou", "南京新街口店"],
  ["east", 1.0, "Suzhou Guanqian", "苏州观前店"],
  ["east", 0.8, "Ningbo Tianyi Square", "宁波天一广场店"],
  ["east", 0.7, "Hefei Huaihe Road", "合肥淮河路店"],
  ["east", 0.9, "Xiamen Zhongshan Road", "厦门中山路店"],
  ["east", 0.8, "Fuzhou Dongjiekou", "福州东街口店"],
  ["east", 0.9, "Jinan Quancheng Road", "济南泉城路店"],
  ["east", 1.0, "Qingdao Taidong", "青岛台东店"],
  ["south", 1.6, "Guangzhou Tianhe", "广州天河店"],
  ["south", 1.1, "Guangzhou Beijing Road", "广州北京路店"],
  ["south", 1.5, "Shenzhen Futian", "深圳福田店"],
  ["south", 1.2, "Shenzhen Nanshan", "深圳南山店"],
  ["south", 0.7, "Dongguan Nancheng", "东莞南城店"],
  ["south", 0.7, "Nanning Chaoyang", "南宁朝阳店"],
  ["south", 0.6, "Haikou Jiefang Road", "海口解放路店"],
  ["central", 1.2, "Wuhan Jianghan Road", "武汉江汉路店"],
  ["central", 1.0, "Changsha Wuyi Square", "长沙五一广场店"],
  ["central", 0.9, "Zhengzhou Erqi", "郑州二七店"],
  ["central", 0.7, "Nanchang Bayi Square", "南昌八一广场店"],
  ["west", 1.4, "Chengdu Chunxi Road", "成都春熙路店"],
  ["west", 1.2, "Chongqing Jiefangbei", "重庆解放碑店"],
  ["west", 1.0, "Xi'an Bell Tower", "西安钟楼店"],
  ["west", 0.7, "Kunming Nanping Street", "昆明南屏街店"],
  ["west", 0.6, "Lanzhou Zhangye Road", "兰州张掖路店"],
].map(([region, size, en, zh], index) => ({ id: index + 1, region, size, en, zh }) as Store);

export const regions = ["north", "northeast", "east", "south", "central", "west"] as const;
export type Region = (typeof regions)[number];

export interface Store {
  readonly id: number;
  readonly region: Region;
  /** Sales relative to an average store. */
  readonly size: number;
  readonly en: string;
  readonly zh: string;
}

/** What is wrong where, so that the board has something to find. */
export const troubles: Readonly<Record<number, Trouble>> = {
  10: "falling",
  20: "falling",
  29: "returns",
  34: "shelves",
  6: "silent",
  39: "shelves",
};

/** `falling`: sales shrink for three weeks; `silent`: no order since the day of the anchor began. */
export type Trouble = "falling" | "returns" | "shelves" | "silent";
