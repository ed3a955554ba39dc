import { fixed, type Catalogue } from "../entry.ts";

/** The long topics of `dashd help <topic>`: tables of at most 80 columns, two screens at most. */
export const topicWords: Catalogue = {
  "help.modes": fixed(
    `A stage is a named capacity promise: so many workers, connections, time-outs
and budgets, for so many users. \`dashd profiles\` shows them side by side.

  dashd start ./server.js --stage 2            serves; Ctrl-C drains, twice ends
  dashd start ./server.js --stage 2 --detach   returns once it serves
  dashd stage 3 | reload | rollback            live: new workers beside the old
                                               ones; they take over when proven
  dashd dev ./server.js                        debug mode, never for production

What differs. What dev allows, production either refuses with an error or warns
of, never in silence:

                         production (start)          debug (dev)
workers                  as the stage says           one
connections, hold,       the stage's limits, exact   no limit
queue
time-outs: wait, idle,   the stage's                 none but Node's own
request, boot
a loop that hangs        killed and replaced         left alone
a stop in the debugger   –                           as long as you like
changed code             status: drift, until dashd  restart within a second
                         reload
a restart or reload      no request is cut           clients wait; open streams
                                                     and requests end within a
                                                     second
code that does not load  start: exit 1; reload: the  shown in full on the
                         old code serves on, exit 3  terminal and on every page
                                                     until the next save
a crash                  replaced, with back-off     the same page until the
                                                     next save
NODE_ENV, if not set     production                  development: frameworks
                                                     show stacks
NODE_ENV set otherwise   development: a warning      production: a warning
source maps              NODE_OPTIONS                on
--inspect,               unknown flag; taken out of  passed on to the worker
--inspect-brk            NODE_OPTIONS, with a
                         warning
DASHD_HOST, if not set   0.0.0.0                     127.0.0.1; anything wider:
                                                     a warning
output of the app        a log line with its slot    straight to the terminal,
                                                     and the log
Ctrl-C                   drains up to                ends within a second
                         stopTimeoutSec
stage N, rollback,       yes                         refused: no stages, no
history                                              revisions
home                     ./.dashd                    ./.dashd/dev
first word of status     OK                          DEV

The same in both: what can be served (a module that exports an Express app, a
handler, a server or a function that returns one; a program that calls listen()
itself), the context, the guard against malformed requests, health paths,
X-Forwarded-* only from DASHD_TRUST_PROXY, deadlines of PostgreSQL and Redis.
status, logs, reload and stop in the same folder find a debug run when no
production instance runs there; else add --home .dashd/dev.`,
    `阶段是一份具名的容量承诺：规定工作进程数、连接数、超时与各项配额，以及面向多少
用户。用 \`dashd profiles\` 并排查看各阶段。

  dashd start ./server.js --stage 2            前台运行；Ctrl-C 处理完请求后退出
  dashd start ./server.js --stage 2 --detach   就绪后返回，在后台运行
  dashd stage 3 | reload | rollback            在线变更：新进程核实无误后接管
  dashd dev ./server.js                        调试模式，不可用于生产

两种模式的区别如下。调试模式允许而生产模式不允许的，生产模式一律报错或警告，绝
不悄悄处理：

                           生产模式（start）         调试模式（dev）
工作进程                   按阶段规定                一个
连接、等待接入、排队       按阶段严格限制            不限制
超时：等待、空闲、请求、启 按阶段规定                只有 Node 自身的超时
动
卡死的事件循环             强制终止并替换            不干预
停在调试器中               –                         停多久都可以
代码变化                   status 显示偏差，执行     一秒之内重启
                           dashd reload 生效
重启或重新加载             不中断任何请求            客户端等待；未完成的请求
                                                     与流在 1 秒内结束
代码无法加载               start 以 1 退出；reload   在终端和每个页面完整显示
                           保留旧代码，以 3 退出     错误，直到下次保存
崩溃                       替换进程，退避重试        同上
未设置 NODE_ENV 时         production                development：框架显示调用
                                                     栈
NODE_ENV 设为另一种        development：警告         production：警告
源码映射                   由 NODE_OPTIONS 决定      开启
--inspect、--inspect-brk   无此选项；从 NODE_OPTIONS 传给工作进程
                           中去除并警告
未设置 DASHD_HOST 时       0.0.0.0                   127.0.0.1；更大范围则警告
应用的输出                 写入日志，标明槽位        直接显示在终端，并写入日
                                                     志
Ctrl-C                     处理完请求后退出，以      1 秒内退出
                           stopTimeoutSec 为限
stage N、rollback、history 支持                      拒绝：没有阶段和修订
数据目录                   ./.dashd                  ./.dashd/dev
status 的第一个词          正常                      调试模式

两种模式相同：可托管的应用（导出 Express 应用、处理函数、服务器或返回其一的函数
的模块；自行调用 listen() 的程序）、context、对畸形请求的防护、健康检查路径、只
采信 DASHD_TRUST_PROXY 所列地址的 X-Forwarded-*、PostgreSQL 与 Redis 的时限。同
一目录没有生产实例运行时，status、logs、reload、stop 作用于调试实例；否则请加
--home .dashd/dev。`,
  ),
  "help.processes": fixed(
    `Workers are processes. Whatever an app keeps in memory, each of them has for
itself, and a reload starts all of it anew. \`dashd dev\` runs one worker and
hides this.

Sessions in memory (express-session without a store)
  breaks: a login in one worker is unknown to the next.
  cure:   keep them in Redis: connect-redis with context.redis as its client;
          or in a signed cookie (cookie-session). --sticky ip keeps an address
          on one slot, but a reload or a crash still forgets them.
Timers, cron jobs, polling
  breaks: each runs once in every worker: 16 mails instead of one.
  cure:   context.leader is true in exactly one worker; ask when the timer
          fires, since it may move. In a program without context:
          NODE_APP_INSTANCE === "0", which pauses while that slot is replaced.
Counters, rate limits, locks, queues in memory
  breaks: each worker counts its own part: a limit of 100 becomes 1,600.
  cure:   Redis: INCR, or the Redis store of your limiter.
Caches in memory
  breaks: filled 16 times, and stale in 15 when one is cleared.
  cure:   short lifetimes, or Redis.
WebSocket rooms, broadcasts, event streams
  breaks: they reach only the clients of the same worker.
  cure:   publish through Redis (socket.io: its Redis adapter).
socket.io with polling
  breaks: the next poll comes to a worker that does not know it.
  cure:   transports: ["websocket"], or --sticky ip.
Files, SQLite, lowdb
  breaks: two workers write at once; one change is lost.
  cure:   PostgreSQL; or write in the leader only.
Connections to PostgreSQL
  breaks: 16 workers with a pool of 10 are 160; the server allows 100. During a
          reload two generations hold pools.
  cure:   context.postgres has this worker's exact share of the stage's
          postgres.connections; a pool of your own: max = that / workers.
Connections to Redis
  breaks: a client of your own waits for ever when Redis is away.
  cure:   context.redis: one connection a worker, with deadlines.
Migrations, seeding at start
  breaks: every worker begins them at the same time.
  cure:   before dashd start, or under a lock of the database.`,
    `工作进程彼此独立：应用放在内存里的东西，每个进程各有一份，重新加载后全部从头开
始。\`dashd dev\` 只有一个工作进程，看不出这些问题。

内存中的会话（未配置 store 的 express-session）
  问题： 在一个进程登录，到另一个进程就不认识了。
  办法： 存入 Redis：connect-redis 以 context.redis 为客户端；或存入签名 Cookie
         （cookie-session）。--sticky ip 让同一地址固定到一个槽位，但重新加载或
         崩溃后会话仍会丢失。
定时器、计划任务、轮询
  问题： 每个进程各执行一次：一封邮件变成 16 封。
  办法： context.leader 只在一个进程中为真；请在定时器触发时再判断，因为它可能
         转移。没有 context 的程序可用 NODE_APP_INSTANCE === "0"，该槽位更换进
         程期间会暂停。
内存中的计数、限流、锁、队列
  问题： 每个进程只数自己的那份：100 的上限变成 1600。
  办法： 用 Redis：INCR，或限流组件的 Redis 存储。
内存中的缓存
  问题： 填充 16 次；清除其中一份，其余 15 份仍是旧的。
  办法： 缩短有效期，或使用 Redis。
WebSocket 房间、广播、事件流
  问题： 只能到达同一进程的客户端。
  办法： 经 Redis 发布（socket.io 用其 Redis 适配器）。
socket.io 的轮询方式
  问题： 下一次轮询可能到达不认识它的进程。
  办法： transports: ["websocket"]，或 --sticky ip。
文件、SQLite、lowdb
  问题： 两个进程同时写入，其中一个的改动丢失。
  办法： 使用 PostgreSQL；或只在 leader 中写入。
PostgreSQL 连接
  问题： 16 个进程、每个连接池 10 个，共 160 个，而服务器只允许 100 个；重新加
         载期间两代进程都占用连接池。
  办法： context.postgres 是本进程在阶段 postgres.connections 中的准确份额；自
         建连接池请设 max = 该值 / 进程数。
Redis 连接
  问题： 自建客户端在 Redis 不可用时会一直等待。
  办法： context.redis：每个进程一个连接，所有命令都有时限。
启动时的迁移、初始化数据
  问题： 所有进程同时开始执行。
  办法： 放在 dashd start 之前，或用数据库锁保护。`,
  ),
  "help.from-pm2": fixed(
    `pm2                             dashd
pm2 start app.js -i 8           dashd start app.js --stage 1 --detach (8
                                workers)
pm2 start app.js -- --x         dashd start app.js --stage 1 --detach -- --x
pm2 reload app                  dashd reload: the new workers must be ready, or
                                the old ones serve on and it ends with 3
pm2 restart app                 dashd reload (nothing is cut)
pm2 scale app 16                dashd stage 2; back: dashd rollback
pm2 list, describe, jlist       dashd status, dashd status --json
pm2 monit                       dashd status --watch
pm2 logs, --lines, --raw        dashd logs -f, --lines N, --slot N, --grep TEXT
pm2 stop, delete, kill          dashd stop (one master for one app; no shared
                                daemon)
pm2 startup, save, resurrect    dashd service install: a unit of systemd, which
                                goes on at the last committed stage
pm2 install pm2-logrotate       built in: DASHD_LOG_MAX_MB, DASHD_LOG_KEEP
pm2 deploy                      a link current -> releases/42, then dashd
                                reload
pm2 start --watch               dashd dev; in production dashd reload

ecosystem.config.js             profiles/stage-N.json (--profiles DIR), .env
script, args                    dashd start SCRIPT -- ARGS
instances                       workers of the stage; DASHD_WORKERS overrides
                                it
exec_mode: cluster | fork       always processes behind one port; fork:
                                DASHD_WORKERS=1
cwd                             the folder that is started, else where dashd
                                starts
env, env_production             the environment or .env; NODE_ENV is production
node_args                       NODE_OPTIONS, or scripts.start of a folder:
                                node [flags] file
instance_var                    NODE_APP_INSTANCE, 0 to N−1, the same
wait_ready,                     not needed: ready is when it listens and its
process.send('ready')           limits were read back. The message is ignored
listen_timeout (3 s)            bootTimeoutSec (30): past it, the change is
                                taken back
kill_timeout (1.6 s), SIGINT    stopTimeoutSec (30); the app's listeners of
                                SIGTERM, else SIGINT, else the message
                                'shutdown' run when its last requests are done
max_restarts, min_uptime,       built in: 0.5, 1, 2 ... 30 s between restarts
exp_backoff_restart_delay
max_memory_restart,             not in this version; a cron job may run dashd
cron_restart                    reload
out_file, error_file,           DASHD_LOG_DIR; one file with slot and stream
merge_logs                      per line
port in the app                 DASHD_PORT; whatever the app names is adopted

New: connections beyond the limit wait in order instead of piling up in
workers; workers that hang are replaced; every change is a revision (dashd
history), and exit codes tell how a command ended (dashd help exit-codes).
State in memory: dashd help processes.`,
    `pm2                             dashd
pm2 start app.js -i 8           dashd start app.js --stage 1 --detach（8 个进
                                程）
pm2 start app.js -- --x         dashd start app.js --stage 1 --detach -- --x
pm2 reload app                  dashd reload：新进程全部就绪才接管，否则旧进程
                                继续服务，以 3 退出
pm2 restart app                 dashd reload（不中断请求）
pm2 scale app 16                dashd stage 2；退回用 dashd rollback
pm2 list、describe、jlist       dashd status、dashd status --json
pm2 monit                       dashd status --watch
pm2 logs、--lines、--raw        dashd logs -f、--lines N、--slot N、--grep 文本
pm2 stop、delete、kill          dashd stop（每个应用一个主进程，没有公共守护进
                                程）
pm2 startup、save、resurrect    dashd service install：安装为 systemd 服务，沿用
                                上次提交的阶段
pm2 install pm2-logrotate       自带：DASHD_LOG_MAX_MB、DASHD_LOG_KEEP
pm2 deploy                      链接 current -> releases/42，再 dashd reload
pm2 start --watch               dashd dev；生产环境用 dashd reload

ecosystem.config.js             profiles/stage-N.json（--profiles 目录）、.env
script、args                    dashd start 脚本 -- 参数
instances                       阶段的 workers；可用 DASHD_WORKERS 覆盖
exec_mode: cluster | fork       始终是同一端口后的多个进程；fork 相当于
                                DASHD_WORKERS=1
cwd                             所启动的目录，否则为运行 dashd 的目录
env、env_production             环境变量或 .env；NODE_ENV 默认为 production
node_args                       NODE_OPTIONS，或目录的 scripts.start：
                                node [参数] 文件
instance_var                    NODE_APP_INSTANCE，同样为 0 到 N−1
wait_ready、                    不需要：开始监听且限制值已读回即为就绪；该消息
process.send('ready')           被忽略
listen_timeout（3 秒）          bootTimeoutSec（30）：超时则还原变更
kill_timeout（1.6 秒）、SIGINT  stopTimeoutSec（30）；最后的请求完成后才通知应
                                用：SIGTERM，否则 SIGINT，否则消息 'shutdown'
max_restarts、min_uptime、      自带退避：间隔 0.5、1、2 … 30 秒
exp_backoff_restart_delay
max_memory_restart、            本版本没有；可用 cron 定时执行 dashd reload
cron_restart
out_file、error_file、          DASHD_LOG_DIR；同一文件，每行标明槽位与输出流
merge_logs
应用中写的端口                  DASHD_PORT；应用写哪个端口都会被接管

不同之处：超出上限的连接按序等待，不会堆积在进程里；卡死的进程会被替换；每次变
更都是一个修订（dashd history），退出码说明命令的结果（dashd help
exit-codes）。内存中的状态见 dashd help processes。`,
  ),
  "help.from-waitress": fixed(
    `Waitress is one process with threads; dashd is a master with worker processes.
The stages keep Waitress's numbers: stage 1 has 100 connections and 120 s like
its defaults.

waitress                        dashd
waitress-serve --port=8080      dashd start ./server.js --port 8080 (a Node
m:app                           app); or dashd start --upstream
                                http://127.0.0.1:8080 in front of the Waitress
                                that is there
host, port, listen              DASHD_HOST, DASHD_PORT: one address
threads=4                       workers × requestsPerWorker: a thread holds one
                                whole request; a worker is a process that
                                overlaps 4 while they wait for I/O. CPU at
                                once: one per worker (Python's threads share
                                one)
connection_limit=100            connections. Exact, for all workers together;
                                in Waitress two less per listener. Beyond it:
                                held in order of arrival and counted, where
                                Waitress leaves clients in the kernel, unseen
backlog=1024                    backlog: clients held beyond connections; past
                                it, or after waitTimeoutSec (10): 503
(its task queue is unbounded:   queue.max, then 503; the depth is in status
"Task queue depth is N")
channel_timeout=120             idleTimeoutSec. Both close only what is idle: a
                                request in progress is left alone. Waitress
                                looks every 30 s (cleanup_interval), dashd
                                every second
(nothing bounds a request)      requestTimeoutSec: 503, and its AbortSignal
                                fires
(keeps idle clients at the      while others are held, connections idle for 5 s
limit: "locks up")              make room
cleanup_interval                none: once a second
asyncore_use_poll,              none: Node's own event loop (epoll)
asyncore_loop_timeout
send_bytes, recv_bytes,         none: streams with back-pressure; an answer
outbuf_*, inbuf_overflow        that nobody reads for 60 s is ended
max_request_header_size         NODE_OPTIONS=--max-http-header-size=… (16 kB)
max_request_body_size           in the app: express.json({ limit })
trusted_proxy,                  DASHD_TRUST_PROXY: X-Forwarded-* from elsewhere
trusted_proxy_headers,          is removed
clear_untrusted_proxy_headers
url_scheme, url_prefix          in the app, or in the proxy in front
unix_socket                     not in this version: TCP only
expose_tracebacks               dashd dev
ident                           none: no Server header is added
SIGTERM ends requests in        drains: up to stopTimeoutSec (30)
progress
a restart for new code          dashd reload: no request is lost`,
    `Waitress 是一个进程里的多个线程；dashd 是一个主进程带多个工作进程。阶段沿用
Waitress 的数值：阶段 1 为 100 个连接、120 秒，与其默认值相同。

waitress                        dashd
waitress-serve --port=8080      dashd start ./server.js --port 8080（Node 应
m:app                           用）；或 dashd start --upstream
                                http://127.0.0.1:8080，置于已有的 Waitress 之前
host、port、listen              DASHD_HOST、DASHD_PORT：一个地址
threads=4                       workers × requestsPerWorker：一个线程独占一个请
                                求；一个工作进程在等待 I/O 时可交叠 4 个。同时
                                使用 CPU：每个进程一个（Python 的线程共用一个）
connection_limit=100            connections：所有进程合计，严格准确；Waitress
                                每个监听少两个。超出时按到达顺序等待并计数，
                                Waitress 则留在内核里，看不见
backlog=1024                    backlog：超出 connections 后等待接入的客户端；
                                再超出，或等待超过 waitTimeoutSec（10）：503
（任务队列无上限，日志提示      queue.max，超出则 503；status 显示排队数
Task queue depth is N）
channel_timeout=120             idleTimeoutSec。两者都只关闭空闲连接，不影响进
                                行中的请求。Waitress 每 30 秒检查一次
                                （cleanup_interval），dashd 每秒一次
（请求时长没有限制）            requestTimeoutSec：返回 503，并触发 AbortSignal
（达到上限时空闲连接占住名额，  有人等待接入时，空闲 5 秒以上的连接让出名额
如同死锁）
cleanup_interval                无：每秒一次
asyncore_use_poll、             无：Node 自身的事件循环（epoll）
asyncore_loop_timeout
send_bytes、recv_bytes、        无：流自带背压；60 秒无人读取的响应会被结束
outbuf_*、inbuf_overflow
max_request_header_size         NODE_OPTIONS=--max-http-header-size=…（16 kB）
max_request_body_size           在应用中：express.json({ limit })
trusted_proxy、                 DASHD_TRUST_PROXY：来自其他地址的 X-Forwarded-*
trusted_proxy_headers、         会被去除
clear_untrusted_proxy_headers
url_scheme、url_prefix          在应用中，或由前置代理处理
unix_socket                     本版本没有，仅支持 TCP
expose_tracebacks               dashd dev
ident                           无：不添加 Server 响应头
SIGTERM 会中断进行中的请求      处理完再退出，以 stopTimeoutSec（30）为限
更新代码需要重启                dashd reload：不丢一个请求`,
  ),
};
