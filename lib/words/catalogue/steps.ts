import type { Catalogue } from "../entry.ts";
import type { FactReader } from "../fact-reader.ts";
import { count, duration, megabytes } from "../format.ts";

/** Steps of a change, of a start and of a stop, as they happen; and how they ended. */
export const stepWords: Catalogue = {
  // kind, from, stage, differences[]
  "step.planned": {
    en: (f) =>
      `Planned: ${f.phrase("kind")}, from stage ${f("from")}${f.has("differences") ? ` (${f("differences")})` : ""}`,
    zh: (f) =>
      `计划：${f.phrase("kind")}，当前为阶段 ${f("from")}${f.has("differences") ? `（${f.list("differences").join("，")}）` : ""}`,
  },
  // folder, files, bytes
  "step.sealing": {
    en: (f) =>
      `Copying the app ${f("folder")} into the home: ${count(f.number("files"), "file")}, ${megabytes(f.number("bytes"))}`,
    zh: (f) => `正在将应用 ${f("folder")} 复制到数据目录：${f("files")} 个文件，${megabytes(f.number("bytes"))}`,
  },
  // generation, workers
  "step.forking": {
    en: (f) => `Forking generation ${f("generation")}: ${count(f.number("workers"), "worker")}`,
    zh: (f) => `正在启动第 ${f("generation")} 代：${f("workers")} 个工作进程`,
  },
  // generation, workers, bootMs
  "step.ready": {
    en: (f) => `Generation ${f("generation")} is ready: ${count(f.number("workers"), "worker")}${inTime(f, " in ")}`,
    zh: (f) => `第 ${f("generation")} 代已就绪：${f("workers")} 个工作进程${inTime(f, "，用时 ")}`,
  },
  // checked
  "step.readback": {
    en: (f) => `Read back: ${count(f.number("checked"), "limit")}, declared = effective`,
    zh: (f) => `已回读 ${f("checked")} 项限制：声明值与实际值一致`,
  },
  // generation
  "step.switched": {
    en: (f) => `New connections and idle ones go to generation ${f("generation")}`,
    zh: (f) => `新连接和空闲连接已转到第 ${f("generation")} 代`,
  },
  // steps, because[]: sums
  "step.rolling": {
    en: (f) =>
      `Two whole generations do not fit beside each other (${f.list("because").join(", ")}): it rolls in ${count(f.number("steps"), "step")}`,
    zh: (f) => `无法同时容纳完整的新旧两代（${f.list("because").join("，")}）：分 ${f("steps")} 步滚动替换`,
  },
  // generation, fresh, before, old
  "step.rolled": {
    en: (f) =>
      `Serving now: ${count(f.number("fresh"), "worker")} of generation ${f("generation")}, ${f("old")} of generation ${f("before")}`,
    zh: (f) => `当前服务：第 ${f("generation")} 代 ${f("fresh")} 个工作进程，第 ${f("before")} 代 ${f("old")} 个`,
  },
  // generation, workers, inFlight
  "step.draining": {
    en: (f) =>
      `Generation ${f("generation")} finishes its requests: ${count(f.number("inFlight"), "request")} in progress`,
    zh: (f) => `第 ${f("generation")} 代正在处理完剩余请求：${f("inFlight")} 个进行中`,
  },
  // generation
  "step.drained": {
    en: (f) => `Generation ${f("generation")} has finished its requests and gone`,
    zh: (f) => `第 ${f("generation")} 代已处理完请求并退出`,
  },
  // revision, stage
  "step.committed": {
    en: (f) => `Committed: revision ${f("revision")}, stage ${f("stage")}`,
    zh: (f) => `已提交：修订 ${f("revision")}，阶段 ${f("stage")}`,
  },
  // because
  "step.reverted": {
    en: (f) => `Taken back: ${f.phrase("because")}; the generation before serves on`,
    zh: (f) => `已撤回：${f.phrase("because")}；原来的一代继续提供服务`,
  },
  // kind, stage
  "step.withdrawing": {
    en: (f) => `Not committed yet, so it is withdrawn: ${f.phrase("kind")}`,
    zh: (f) => `变更尚未提交，正在撤销：${f.phrase("kind")}`,
  },
  "step.stopping": {
    en: () => "No new connections; finishing what is in progress",
    zh: () => "不再接受新连接，正在处理完进行中的请求",
  },
  // connections, inFlight
  "step.waiting": {
    en: (f) => `Still open: ${count(f.number("connections"), "connection")}, ${count(f.number("inFlight"), "request")}`,
    zh: (f) => `仍未结束：${f("connections")} 个连接，${f("inFlight")} 个请求`,
  },
  // workers
  "step.killed": {
    en: (f) => `Killed ${count(f.number("workers"), "worker")} that did not end in time`,
    zh: (f) => `已强制终止 ${f("workers")} 个未能按时结束的工作进程`,
  },
  // kind, stage, revision, generation, workers, tookMs
  "outcome.committed": {
    en: (f) => `Done: stage ${f("stage")} is in force as revision ${f("revision")}${inTime(f, ", in ")}.`,
    zh: (f) => `完成：阶段 ${f("stage")} 已生效，修订 ${f("revision")}${inTime(f, "，用时 ")}。`,
  },
  // stage, revision
  "outcome.unchanged": {
    en: (f) => `Nothing to do: stage ${f("stage")} is in force already (revision ${f("revision")}).`,
    zh: (f) => `无需变更：阶段 ${f("stage")} 已在运行（修订 ${f("revision")}）。`,
  },
  // stage, revision, because
  "outcome.reverted": {
    en: (f) => `Not done: ${f.phrase("because")}; stage ${f("stage")} (revision ${f("revision")}) serves on as before.`,
    zh: (f) => `变更未完成：${f.phrase("because")}；阶段 ${f("stage")}（修订 ${f("revision")}）保持原状，继续运行。`,
  },
  // kind, stage: wanted; inForce: stage, revision
  "outcome.withdrawn": {
    en: (f) =>
      `Withdrawn before it was committed: ${f.phrase("kind")}; stage ${f("inForce")} is in force as before (revision ${f("revision")}).`,
    zh: (f) => `已在提交之前撤销：${f.phrase("kind")}；阶段 ${f("inForce")} 照旧生效（修订 ${f("revision")}）。`,
  },
  // home, tookMs
  "outcome.stopped": {
    en: (f) => `Stopped${inTime(f, " in ")}.`,
    zh: (f) => `已停止${inTime(f, "，用时 ")}。`,
  },
};

const inTime = (f: FactReader, joint: string): string => {
  const ms = f.number("tookMs") ?? f.number("bootMs");
  return ms === null ? "" : `${joint}${duration(ms)}`;
};
