import { fixed, type Catalogue } from "../entry.ts";

/** What a start says of what the master before it left: a change without an end, damaged files. */
export const resumeWords: Catalogue = {
  // kind, to, by, since, step|null, revision, stage
  "log.change-interrupted": {
    en: (f) =>
      `A ${f.phrase("kind")} to stage ${f("to")}, begun by ${f("by")} at ${f("since")}, was interrupted${f.has("step") ? ` (last known: ${f.phrase("step", "reached")})` : ""}; going on from revision ${f("revision")}, stage ${f("stage")}`,
    zh: (f) =>
      `${f("by")} 于 ${f("since")} 发起的变更（${f.phrase("kind")}，目标阶段 ${f("to")}）中途被打断${f.has("step") ? `（最后已知进度：${f.phrase("step", "reached")}）` : ""}；将从修订 ${f("revision")}（阶段 ${f("stage")}）继续运行`,
  },
  // The last step of an interrupted change.
  "reached.planned": fixed("planned", "已计划"),
  "reached.forking": fixed("forking the new generation", "正在启动新的一代"),
  "reached.ready": fixed("the new generation was ready", "新的一代已就绪"),
  "reached.readback": fixed("its limits were read back", "限制已回读"),
  "reached.rolling": fixed("rolling in steps", "正在逐步更替"),
  "reached.rolled": fixed("some steps had been rolled", "已完成部分更替"),
  "reached.switched": fixed("the door had switched generations", "入口已切换到另一代"),
  "reached.watching": fixed("watching the new generation", "正在观察新的一代"),
  "reached.watching-longer": fixed("watching the new generation for longer", "正在延长观察新的一代"),
  "reached.passed": fixed("its gates were passed", "关卡已通过"),
  "reached.reverted": fixed("it had been taken back", "已撤回"),
  "reached.draining": fixed("the generation that goes was finishing its requests", "退出的一代正在处理完剩余请求"),
  "reached.drained": fixed("the generation that goes had gone", "退出的一代已退出"),
  // file, line, keptIn|null
  "log.journal-restored": {
    en: (f) =>
      `Line ${f("line")} of ${f("file")}, its last, was damaged or missing and was restored from its copy${f.has("keptIn") ? `; what was found there is kept in ${f("keptIn")}` : ""}`,
    zh: (f) =>
      `${f("file")} 的最后一行（第 ${f("line")} 行）已损坏或缺失，已用副本恢复${f.has("keptIn") ? `；原有内容保存在 ${f("keptIn")}` : ""}`,
  },
  // path
  "log.run-record-damaged": {
    en: (f) =>
      `${f("path")} is damaged: whether an earlier master left processes behind cannot be told; workers end by themselves without their master`,
    zh: (f) => `${f("path")} 已损坏：无法判断上一个主进程是否留有进程；工作进程在失去主进程后会自行退出`,
  },
  // step|null
  "history.interrupted": {
    en: (f) => `interrupted${f.has("step") ? `: ${f.phrase("step", "reached")}` : ""}`,
    zh: (f) => `中途被打断${f.has("step") ? `：${f.phrase("step", "reached")}` : ""}`,
  },
};
