import { fixed, type Catalogue } from "../entry.ts";

/** `dashd help upgrade`: the runbook. Its figures are those of the ladder that comes with dashd (a test holds them to it). */
export const upgradeTopic: Catalogue = {
  "help.upgrade": fixed(
    `An upgrade is done when it was measured, not when it was configured. Here from
stage 1 to stage 2; every other is the same.

1. Where am I?
   dashd status                 declared is what was promised, effective is what
                                is read back, proven was measured from outside
   dashd history                who asked for which stage, and what became of it
2. Does it fit here?
   dashd doctor --stage 2       host, PostgreSQL and Redis against the stage;
                                --fix sets on Redis what can be set live
   dashd plan --stage 2         the difference and the sums; changes nothing
3. Change
   dashd stage 2 --reason TEXT  new workers beside the old ones, read back,
                                watched, then committed (exit code 0) or taken
                                back (3); no request is lost
   Where nothing runs yet: dashd start ./server.js --stage 2 --detach
4. Read it: the start-up log, and dashd status
   "Config: 16 workers, 200 connections, 3 min timeout" and "For: 100-200
   concurrent users" are printed once they are true. 8 workers, 100 connections
   or 30-50 users are stage 1: not upgraded, whatever was installed. Status must
   say "no drift".
5. Load, at a quiet hour (exit code 0: kept, 3: not kept, 4: not known, for the
   load itself was the limit: run it from another machine with --url)
   dashd load --users 50        98 % right, response p95 up to 1 s
   dashd load --users 100       95 % right, response p95 up to 2 s
   dashd load --users 200       95 % right, up to 1 s after a wait of up to 7 s
6. Prove it, and keep the proof
   dashd verify --report upgrade.html
                                steps 4 and 5 from outside, in one document (or
                                .md); again after a change of app, stage or host
7. Watch (warning / critical)
   dashd status --watch         CPU 70/80 %, memory 80/90 %, disk I/O 80/90 %,
                                response p95 2/4 s, errors 5/10 %, PostgreSQL
                                pool 80/100 %, Redis memory 80/90 %, its hit
                                rate below 85/70 %, waiting 10/50 % of queue.max

If the load with 100 users fails, look at these in this order:
   1. the host                  dashd doctor: cores and memory; dashd status:
                                CPU. More of what is short
   2. Redis' memory             dashd doctor --fix: 2048 MB, allkeys-lru
   3. the PostgreSQL pool       dashd status: busy of budget. More with
                                postgres.connections in a ladder of your own
                                (dashd start --profiles DIR), then dashd stage 2
   4. the stage                 dashd plan --stage 3

Back, whenever it does not go well: dashd rollback
Next: dashd plan --stage 3 says what 200-500 users need here.`,
    `升级以实测为准，而不是以改了配置为准。以下以阶段 1 升级到阶段 2 为例，其他阶段
相同。

1. 现在处于什么状态？
   dashd status                 声明值是承诺的，实际值是读回的，实测值由外部测得
   dashd history                谁要求过哪个阶段，结果如何
2. 本机放得下吗？
   dashd doctor --stage 2       对照该阶段检查主机、PostgreSQL 与 Redis；--fix
                                在线设置 Redis 中可设置的项
   dashd plan --stage 2         差异与各项合计，不做任何改动
3. 变更
   dashd stage 2 --reason 原因  新进程与旧进程并存，读回并观察之后提交（退出码
                                0）或还原（3），不丢请求
   尚未运行时：dashd start ./server.js --stage 2 --detach
4. 查看启动日志与 dashd status
   “配置: 16进程, 200连接, 3分钟超时”和“适用: 100-200人并发”只在属实之后才输出。
   如果是 8 进程、100 连接、30-50 人，那就是阶段 1：无论安装了什么，都没有升级。
   status 必须显示“无偏差”。
5. 在空闲时段压测（退出码 0：已兑现，3：未兑现，4：压力发生器自身已到极限，无法
   判断，请在另一台机器上用 --url 运行）
   dashd load --users 50        98 % 正确，响应 p95 不超过 1 秒
   dashd load --users 100       95 % 正确，响应 p95 不超过 2 秒
   dashd load --users 200       95 % 正确，等待不超过 7 秒之后响应不超过 1 秒
6. 证明并留存
   dashd verify --report upgrade.html
                                从外部检查第 4、5 步，写成一份文档（或 .md）；应
                                用、阶段或主机变化后请重新执行
7. 观察（警告 / 严重）
   dashd status --watch         CPU 70/80 %，内存 80/90 %，磁盘 I/O 80/90 %，
                                响应 p95 2/4 秒，错误率 5/10 %，PostgreSQL 连接
                                池 80/100 %，Redis 内存 80/90 %，命中率低于
                                85/70 %，排队占 queue.max 的 10/50 %

如果 100 个用户的压测失败，请按以下顺序检查：
   1. 主机资源                  dashd doctor：核心与内存；dashd status：CPU。
                                缺什么补什么
   2. Redis 内存                dashd doctor --fix：2048 MB，allkeys-lru
   3. PostgreSQL 连接池         dashd status：在用与配额。在自己的阶段表中增加
                                postgres.connections（dashd start --profiles 目
                                录），再执行 dashd stage 2
   4. 阶段                      dashd plan --stage 3

不顺利时随时可以退回：dashd rollback
下一步：dashd plan --stage 3 显示 200-500 人在本机需要什么。`,
  ),
};
