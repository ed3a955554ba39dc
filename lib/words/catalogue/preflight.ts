import { fixed, type Catalogue } from "../entry.ts";
import type { FactReader } from "../fact-reader.ts";
import { count } from "../format.ts";

/** What a stage needs of the host, and what a change to it would mean: `dashd plan`, `dashd doctor`, the start. */
export const preflightWords: Catalogue = {
  "cli.summary-plan": fixed(
    "what a change to a stage would mean, and whether it fits; changes nothing",
    "预演阶段变更：差异与资源核算，不做任何改动",
  ),
  "cli.summary-diff": fixed("what differs between two revisions", "两个修订之间的差异"),
  "cli.arg-diff": fixed("a revision", "修订"),
  "cli.arg-diff-to": fixed("another one [default: the one in force]", "另一个修订 [默认：当前生效的修订]"),
  // from, to
  "diff.none": {
    en: (f) => `Nothing differs between revision ${f("from")} and revision ${f("to")}`,
    zh: (f) => `修订 ${f("from")} 与修订 ${f("to")} 没有差异`,
  },
  "cli.flag-plan-stage": fixed("the stage to plan for", "要预演的阶段"),
  "cli.flag-strict": fixed("refuse where there would be a warning", "有警告即拒绝"),
  "word.effect": fixed("TAKES EFFECT", "生效方式"),
  "effect.workers": fixed("with the new generation's workers", "随新一代工作进程"),
  "effect.door": fixed("at once, when the door points to them", "切换到新一代时立即生效"),
  "effect.change": fixed("in changes and stops from then on", "此后的变更与停止"),
  "effect.server": fixed("not by the change: dashd doctor --fix", "变更不会修改：请用 dashd doctor --fix"),
  "effect.judged": fixed("what figures are held to from then on", "此后的评判标准"),
  "plan-of.revision": fixed("revision", "生效的修订"),
  "plan-of.profile": fixed("a profile with fingerprint", "该阶段配置的指纹"),
  "cli.flag-watch-window": fixed(
    "seconds in which the change is watched before it is committed [default: as the stage says; a rollback: 0]",
    "提交前的观察时长（秒）[默认：按阶段规定；回退为 0]",
  ),
  "cli.expected-seconds": fixed("a number of seconds", "秒数"),
  "cli.flag-reason": fixed("why, kept in the journal", "变更原因，记入变更日志"),
  "cli.expected-plan": fixed(
    "a file written by `dashd plan --json` for the same stage",
    "由 `dashd plan --json` 为同一阶段生成的文件",
  ),
  "cli.flag-plan": fixed(
    "the saved plan (dashd plan --json) that this change must still be",
    "须仍然有效的计划文件（dashd plan --json）",
  ),
  // from, revision, stage, count
  "plan.head": {
    en: (f) =>
      f.is("count", 0)
        ? `Stage ${f("stage")} is in force as it is (revision ${f("revision")}): nothing would change`
        : `From stage ${f("from")} (revision ${f("revision")}) to stage ${f("stage")}: ${count(f.number("count"), "difference")}`,
    zh: (f) =>
      f.is("count", 0)
        ? `阶段 ${f("stage")} 已按此生效（修订 ${f("revision")}）：无需变更`
        : `从阶段 ${f("from")}（修订 ${f("revision")}）到阶段 ${f("stage")}：${f("count")} 处差异`,
  },
  "plan.whole": fixed(
    "The new generation comes up whole beside the one that runs",
    "新的一代将整体启动，与运行中的一代并存",
  ),
  // because[], steps[]
  "plan.rolling": {
    en: (f) =>
      `Two whole generations do not fit (${f.list("because").join(", ")}): it rolls, new + old workers: ${f.list("steps").join(", ")}; the first new ones are watched for a window of their own`,
    zh: (f) =>
      `无法同时容纳完整的新旧两代（${f.list("because").join("，")}）：将滚动替换，新 + 旧工作进程数依次为 ${f.list("steps").join("，")}；首批新进程单独观察一个窗口`,
  },
  "plan.head-first": {
    en: (f) => `Stage ${f("stage")}: nothing was in force here before`,
    zh: (f) => `阶段 ${f("stage")}：此处尚无已生效的修订`,
  },
  // subject, found, needed, advice: a code of this page, with its facts
  "preflight.finding": {
    en: (f) =>
      `${f("subject")}: found ${f.phrase("found", "sum")}, needed ${f.phrase("needed", "sum")}; ${f.phrase("advice")}`,
    zh: (f) =>
      `${f("subject")}：实际 ${f.phrase("found", "sum")}，需要 ${f.phrase("needed", "sum")}；${f.phrase("advice")}`,
  },
  // What was found and what is needed, where it is no figure and no value of a profile.
  "sum.yes": fixed("yes", "是"),
  "sum.no": fixed("no", "否"),
  "sum.up": fixed("up", "正常"),
  "sum.slow": fixed("slow", "缓慢"),
  "sum.down": fixed("down", "不可用"),
  // found, needed, recommended
  "preflight.below-min": {
    en: (f) => `the stage asks for ${f("needed")} at least and recommends ${f("recommended")}`,
    zh: (f) => `该阶段要求至少 ${f("needed")}，推荐 ${f("recommended")}`,
  },
  "preflight.below-recommended": {
    en: (f) => `${f("recommended")} are recommended`,
    zh: (f) => `推荐 ${f("recommended")}`,
  },
  // found, needed, workers, there, oneMb, measured
  "preflight.memory": { en: (f) => memoryEn(f), zh: (f) => memoryZh(f) },
  "preflight.memory-rolling": {
    en: (f) => `${memoryEn(f)}: two generations do not fit beside each other, a change rolls`,
    zh: (f) => `${memoryZh(f)}：无法同时容纳新旧两代，变更将滚动进行`,
  },
  "preflight.memory-short": {
    en: (f) => `${memoryEn(f)}: add memory, or take a smaller stage`,
    zh: (f) => `${memoryZh(f)}：请增加内存，或改用较小的阶段`,
  },
  // found, needed: GB
  "preflight.disk-full": {
    en: (f) => `only ${f("found")} GB are free: logs and the journal need ${f("needed")}`,
    zh: (f) => `仅剩 ${f("found")} GB 可用：日志与变更日志至少需要 ${f("needed")} GB`,
  },
  "preflight.rotational": fixed(
    "the system says that the disk turns (a virtual one may say so wrongly); the stage asks for an SSD",
    "系统报告该磁盘为机械硬盘（虚拟磁盘可能误报），该阶段要求 SSD",
  ),
  // found, needed, connections, backlog
  "preflight.descriptors": {
    en: (f) =>
      `the limit of open files is too low for ${f("connections")} connections and ${f("backlog")} held ones: ulimit -n ${f("needed")}`,
    zh: (f) =>
      `打开文件数上限不足以容纳 ${f("connections")} 个连接和 ${f("backlog")} 个排队连接：ulimit -n ${f("needed")}`,
  },
  // found, needed
  "preflight.somaxconn": {
    en: (f) => `sysctl net.core.somaxconn=${f("needed")}, so that a busy moment refuses nobody`,
    zh: (f) => `sysctl net.core.somaxconn=${f("needed")}，以免瞬时高峰时拒绝连接`,
  },
  // found, needed, users, connections, backlog, perBrowser
  "preflight.browsers": {
    en: (f) =>
      `${f("users")} browsers open up to ${f("perBrowser")} connections each: ${f("connections")} + ${f("backlog")} held do not take them all`,
    zh: (f) =>
      `${f("users")} 个浏览器各开至多 ${f("perBrowser")} 个连接：${f("connections")} 个连接加 ${f("backlog")} 个排队位不足以容纳`,
  },
};

const memoryEn = (f: FactReader): string =>
  `${f("workers")} × ${f("oneMb")} MB (${f.is("measured", true) ? "as measured here" : "assumed: none runs yet"})`;
const memoryZh = (f: FactReader): string =>
  `${f("workers")} × ${f("oneMb")} MB（${f.is("measured", true) ? "本机实测" : "估计值：尚无进程在运行"}）`;
