import { fixed, type Catalogue } from "../entry.ts";
import type { FactReader } from "../fact-reader.ts";
import { megabytes, milliseconds, percent } from "../format.ts";

/** Why a change was taken back, or could not be judged; and the window in which it is watched. */
export const gateWords: Catalogue = {
  // found, afterSec
  "gate.hangs": {
    en: (f) => `the new code blocked its loop (${workersEn(f)}) within ${f("afterSec")} s`,
    zh: (f) => `新代码在 ${f("afterSec")} 秒内阻塞了事件循环（${f("found")} 个工作进程）`,
  },
  "gate.crashes": {
    en: (f) => `the new code crashed (${workersEn(f)}) within ${f("afterSec")} s`,
    zh: (f) => `新代码在 ${f("afterSec")} 秒内崩溃（${f("found")} 个工作进程）`,
  },
  // found, allowed, before|null: shares; answers
  "gate.errors": {
    en: (f) =>
      `${percent(f.number("found"))} of ${f("answers")} answers were errors (before: ${percent(f.number("before"))}, allowed: ${percent(f.number("allowed"))})`,
    zh: (f) =>
      `${f("answers")} 个应答中有 ${percent(f.number("found"))} 出错（变更前 ${percent(f.number("before"))}，允许 ${percent(f.number("allowed"))}）`,
  },
  // found, allowed, before|null: ms
  "gate.p95": {
    en: (f) =>
      `the response p95 is ${milliseconds(f.number("found"))} (before: ${milliseconds(f.number("before"))}, allowed: ${milliseconds(f.number("allowed"))})`,
    zh: (f) =>
      `响应 p95 为 ${milliseconds(f.number("found"))}（变更前 ${milliseconds(f.number("before"))}，允许 ${milliseconds(f.number("allowed"))}）`,
  },
  // found, allowed, before|null, rose: bytes of a worker
  "gate.memory": {
    en: (f) =>
      `it leaks: a worker holds ${megabytes(f.number("found"))} and goes on growing (before: ${megabytes(f.number("before"))}, allowed: ${megabytes(f.number("allowed"))})`,
    zh: (f) =>
      `内存泄漏：每个工作进程占用 ${megabytes(f.number("found"))} 且仍在增长（变更前 ${megabytes(f.number("before"))}，允许 ${megabytes(f.number("allowed"))}）`,
  },
  "gate.no-answer": fixed("it answered nobody, not even dashd itself", "没有任何应答，包括 dashd 自己发出的请求"),
  // sick[]
  "gate.sick": {
    en: (f) => `it cannot be judged while this is sick: ${f.list("sick").join(", ")}`,
    zh: (f) => `以下部分异常，无法判断新的一代：${f.list("sick").join("，")}`,
  },
  // seconds, warm
  "step.watching": {
    en: (f) =>
      `Watching it for ${f("seconds")} s: crashes, hangs, errors, response p95, memory${f.is("warm", true) ? "; the old generation stays warm" : ""}`,
    zh: (f) =>
      `观察 ${f("seconds")} 秒：崩溃、阻塞、错误率、响应 p95、内存${f.is("warm", true) ? "；旧的一代保持待命" : ""}`,
  },
  // generation, warm
  "step.relieved": {
    en: (f) =>
      `Nobody of generation ${f("generation")} speaks: generation ${f("warm")}, which is warm, serves as well until that is clear`,
    zh: (f) => `第 ${f("generation")} 代全无响应：在查明之前，待命的第 ${f("warm")} 代一并提供服务`,
  },
  "step.watching-longer": {
    en: (f) =>
      `Watching for ${f("seconds")} s more: ${f.list("sick").join(", ")} is sick, which proves nothing about the new generation`,
    zh: (f) => `延长观察 ${f("seconds")} 秒：${f.list("sick").join("，")} 异常，无法据此判断新的一代`,
  },
  // answers, errors, p95Ms|null
  "step.passed": {
    en: (f) => `Gates passed: ${f("answers")} answers, ${f("errors")} errors, p95 ${milliseconds(f.number("p95Ms"))}`,
    zh: (f) => `关卡通过：${f("answers")} 个应答，${f("errors")} 个错误，p95 ${milliseconds(f.number("p95Ms"))}`,
  },
};

const workersEn = (f: FactReader): string => (f.is("found", 1) ? "1 worker" : `${f("found")} workers`);
