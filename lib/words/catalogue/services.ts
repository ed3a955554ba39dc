import type { Catalogue } from "../entry.ts";
import { count, duration, milliseconds } from "../format.ts";
import { fixed } from "../entry.ts";

/** What is the matter with Redis, PostgreSQL or the upstream. */
export const serviceWords: Catalogue = {
  // service, latencyMs
  "sick.slow": {
    en: (f) => `${f("service")} answers slowly: ${milliseconds(f.number("latencyMs"))} for one short question`,
    zh: (f) => `${f("service")} 响应缓慢：一次简单查询用时 ${milliseconds(f.number("latencyMs"))}`,
  },
  // service, fault
  "sick.down": {
    en: (f) => `${f("service")} is not available: ${f.phrase("fault", "service-fault")}`,
    zh: (f) => `${f("service")} 不可用：${f.phrase("fault", "service-fault")}`,
  },
  // service, path, status
  "sick.answers": {
    en: (f) => `${f("service")} answers ${f("status")} at ${f("path")}`,
    zh: (f) => `${f("service")} 的 ${f("path")} 返回 ${f("status")}`,
  },
  // service, fault, workers
  "sick.refused-workers": {
    en: (f) =>
      `${f("service")} answers the master, but not ${count(f.number("workers"), "worker")}: ${f.phrase("fault", "service-fault")}`,
    zh: (f) =>
      `${f("service")} 可响应主进程，但不接受 ${f("workers")} 个工作进程的连接：${f.phrase("fault", "service-fault")}`,
  },
  // service, afterMs
  "sick.well": {
    en: (f) => `${f("service")} is well again after ${duration(f.number("afterMs"))}`,
    zh: (f) => `${f("service")} 已恢复正常，历时 ${duration(f.number("afterMs"))}`,
  },
  "embedded.ended": fixed(
    "The board's own PostgreSQL has ended by itself; it is started again",
    "看板自带的 PostgreSQL 已自行退出，正在重新启动",
  ),
  "service-fault.silent": fixed("it does not answer", "没有响应"),
  "service-fault.terminated": fixed("it closes connections", "连接被对方关闭"),
  "service-fault.not-http": fixed("it does not speak HTTP", "不是 HTTP 服务"),
  "service-fault.no-tls": fixed("it does not speak TLS", "不支持 TLS"),
  "service-fault.28000": fixed("it refuses this user", "拒绝该用户登录"),
  "service-fault.28P01": fixed("the password is wrong", "密码错误"),
  "service-fault.3D000": fixed("the database does not exist", "数据库不存在"),
  "service-fault.53300": fixed("all its connections are in use", "连接数已用尽"),
  "service-fault.57P01": fixed("it is being shut down", "正在关闭"),
  "service-fault.57P02": fixed("it crashed and restarts", "已崩溃，正在重启"),
  "service-fault.57P03": fixed("it is starting up or shutting down", "正在启动或关闭"),
};
