import { fixed, type Catalogue } from "../entry.ts";
import { UNKNOWN } from "../fact-reader.ts";
import { count } from "../format.ts";

/** What status says of the last proof, and `verify --check` of any. */
export const proofWords: Catalogue = {
  "proof.never": fixed("Never verified: dashd verify", "从未验证：dashd verify"),
  // ageSec, outcome, stage, revision, differs[]
  "proof.standing": {
    en: (f) => {
      const when = `${f.is("outcome", "held") ? "Proven" : "Verified"} ${agoEn(f.number("ageSec"))}`;
      const [first] = f.list("differs");
      if (first !== undefined) return `${when}, ${sinceEn[first] ?? "another instance"} since: dashd verify`;
      return f.is("outcome", "held")
        ? `${when}: held`
        : `${when}: ${outcomesEn[f("outcome")] ?? UNKNOWN}. Again: dashd verify`;
    },
    zh: (f) => {
      const when = `${agoZh(f.number("ageSec"))}${f.is("outcome", "held") ? "证明" : "验证"}`;
      const [first] = f.list("differs");
      if (first !== undefined) return `${when}，此后${sinceZh[first] ?? "实例已不同"}：dashd verify`;
      return f.is("outcome", "held")
        ? `${when}：成立`
        : `${when}：${outcomesZh[f("outcome")] ?? UNKNOWN}。重新验证：dashd verify`;
    },
  },
  // file, stage, revision, ageSec, isRunning
  "proof.still-holds": {
    en: (f) =>
      `The proof from ${agoEn(f.number("ageSec"))} still holds here: stage ${f("stage")}, revision ${f("revision")} then${f.is("isRunning", true) ? "" : " (nothing runs; the journal and the code on disk were looked at)"}.`,
    zh: (f) =>
      `${agoZh(f.number("ageSec"))}的证明在此仍然成立：阶段 ${f("stage")}，当时的修订 ${f("revision")}${f.is("isRunning", true) ? "" : "（当前没有运行；依据变更历史与磁盘上的代码）"}。`,
  },
  "proof.holds-no-more": {
    en: (f) => `The proof from ${agoEn(f.number("ageSec"))} does not hold here: dashd verify`,
    zh: (f) => `${agoZh(f.number("ageSec"))}的证明在此不成立：dashd verify`,
  },
  // outcome
  "proof-differs.outcome": {
    en: (f) => `By its own word ${f.is("outcome", "not-held") ? "the stage did not hold" : "it could not be told"}`,
    zh: (f) => `该证明自身的结论是：${outcomesZh[f("outcome")] ?? UNKNOWN}`,
  },
  // expected: as proven; found: here
  "proof-differs.stage": {
    en: (f) => `It is of stage ${f("expected")}, and stage ${f("found")} is in force here`,
    zh: (f) => `它属于阶段 ${f("expected")}，而此处生效的是阶段 ${f("found")}`,
  },
  "proof-differs.limit": {
    en: (f) => `${f("name")} was ${f("expected")}, and is ${f("found")} here`,
    zh: (f) => `${f("name")} 当时为 ${f("expected")}，此处为 ${f("found")}`,
  },
  "proof-differs.profile": {
    en: (f) => `Stage ${f("stage")} promises or warns of other things here than it did then`,
    zh: (f) => `阶段 ${f("stage")} 的承诺或告警阈值与当时不同`,
  },
  "proof-differs.app": {
    en: (f) =>
      f("expected") === f("found")
        ? `The app's code is another than it was: ${f("found")}`
        : `The app's code is another: ${f("expected")} then, ${f("found")} here`,
    zh: (f) =>
      f("expected") === f("found")
        ? `应用代码与当时不同：${f("found")}`
        : `应用代码不同：当时为 ${f("expected")}，此处为 ${f("found")}`,
  },
  "proof-differs.dashd": {
    en: (f) => `dashd was ${f("expected")}, and is ${f("found")} here`,
    zh: (f) => `dashd 当时为 ${f("expected")}，此处为 ${f("found")}`,
  },
  "proof-differs.node": {
    en: (f) => `Node was ${f("expected")}, and is ${f("found")} here`,
    zh: (f) => `Node 当时为 ${f("expected")}，此处为 ${f("found")}`,
  },
  "proof-differs.host": {
    en: (f) => `The host is another: ${f("expected")} then, ${f("found")} here`,
    zh: (f) => `主机不同：当时为 ${f("expected")}，此处为 ${f("found")}`,
  },
  "proof-fault.foreign": fixed("it is something else", "内容是别的东西"),
  "proof-fault.later": fixed("it was written by a later version of dashd", "它由更新版本的 dashd 写出"),
  "proof-fault.damaged": fixed("parts of it are missing or damaged", "部分内容缺失或损坏"),
  "proof-fault.no-json": fixed("it is no JSON", "它不是 JSON"),
};

const agoEn = (ageSec: number | null): string => {
  if (ageSec === null) return "some time ago";
  const [amount, unit] = ageOf(ageSec);
  return amount === 0 ? "just now" : `${count(amount, unit)} ago`;
};
const agoZh = (ageSec: number | null): string => {
  if (ageSec === null) return "此前";
  const [amount, unit] = ageOf(ageSec);
  return amount === 0 ? "刚刚" : ` ${amount} ${unitsZh[unit]}前`.trimStart();
};

type Unit = "minute" | "hour" | "day";

const ageOf = (ageSec: number): readonly [number, Unit] => {
  if (ageSec < 3_600) return [Math.floor(ageSec / 60), "minute"];
  if (ageSec < 2 * 86_400) return [Math.floor(ageSec / 3_600), "hour"];
  return [Math.floor(ageSec / 86_400), "day"];
};

const unitsZh: Readonly<Record<Unit, string>> = { minute: "分钟", hour: "小时", day: "天" };

const outcomesEn: Readonly<Record<string, string>> = {
  held: "held",
  "not-held": "did not hold",
  inconclusive: "inconclusive",
};
const outcomesZh: Readonly<Record<string, string>> = {
  held: "成立",
  "not-held": "不成立",
  inconclusive: "无法判定",
};

const sinceEn: Readonly<Record<string, string>> = {
  stage: "another stage",
  profile: "another profile",
  app: "another app",
  dashd: "another dashd version",
  node: "another Node version",
  host: "another host",
};
const sinceZh: Readonly<Record<string, string>> = {
  stage: "阶段已不同",
  profile: "阶段配置已不同",
  app: "应用已不同",
  dashd: "dashd 版本已不同",
  node: "Node 版本已不同",
  host: "主机已不同",
};
