import { fixed, type Catalogue } from "../entry.ts";

/** What is the matter with Redis, beside what every service can have (`services.ts`). */
export const redisWords: Catalogue = {
  // fault
  "redis-state.lost": {
    en: (f) => `Redis is not available: ${f.phrase("fault", "service-fault")}; commands fail at once until it is back`,
    zh: (f) => `Redis 不可用：${f.phrase("fault", "service-fault")}；恢复之前，命令将立即失败`,
  },
  "redis-state.back": fixed("Redis is available again", "Redis 已恢复可用"),
  // fault
  "redis-state.refuses-writes": {
    en: (f) => `Redis answers, but refuses to write: ${f.phrase("fault", "service-fault")}`,
    zh: (f) => `Redis 可响应，但拒绝写入：${f.phrase("fault", "service-fault")}`,
  },
  "service-fault.password": fixed("the user or password is wrong", "用户名或密码错误"),
  "service-fault.loading": fixed("it is loading its data", "正在加载数据"),
  "service-fault.max-clients": fixed("all its connections are in use", "连接数已用尽"),
  "service-fault.sentinels": fixed("no Sentinel names a master", "没有哨兵给出主节点地址"),
  "service-fault.closed": fixed("it closed the connection", "连接被对方关闭"),
  "service-fault.connecting": fixed("no connection has been made yet", "尚未建立连接"),
  "service-fault.oom": fixed("its memory is full", "内存已用尽"),
  "service-fault.read-only": fixed("it is a read-only replica", "该节点为只读副本"),
  "service-fault.disk": fixed("it cannot save to its disk", "无法写入磁盘"),
  "service-fault.no-replicas": fixed("too few replicas are in step", "同步中的副本数量不足"),
  "service-fault.refused": fixed("it answers with an error", "返回错误"),
};
