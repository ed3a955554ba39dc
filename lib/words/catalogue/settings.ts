import type { Catalogue } from "../entry.ts";
import { fixed } from "../entry.ts";

/** Help of every setting (`setting.<name>`), for `--help`, `dashd config` and `.env.example`. */
export const settingWords: Catalogue = {
  "setting.env-example": fixed(
    "Settings of dashd. Copy to .env and take away the # where needed. A flag or an environment variable goes before this file.",
    "dashd 的设置。复制为 .env，并按需去掉行首的 #。命令行参数和环境变量优先于本文件。",
  ),
  "setting.stage": fixed(
    "Stage to start with; only while the home has no committed stage yet.",
    "启动时的阶段；仅在数据目录还没有已提交的阶段时有效。",
  ),
  "setting.host": fixed("Address the service listens on.", "服务监听的地址。"),
  "setting.port": fixed(
    "Port of the service; 0 picks a free one, and status tells which.",
    "服务端口；0 表示自动选择空闲端口，可用 status 查看。",
  ),
  "setting.adminHost": fixed("Address the admin side listens on.", "管理端监听的地址。"),
  "setting.adminPort": fixed("Port of the admin side; 0 picks a free one.", "管理端的端口；0 表示自动选择空闲端口。"),
  "setting.adminToken": fixed(
    "Token of the admin side; without it, one is made once and kept in the home.",
    "管理端的令牌；未设置时自动生成一次，并保存在数据目录中。",
  ),
  "setting.adminReadToken": fixed(
    "Second token of the admin side that looks at everything and changes nothing, for Prometheus and for guests; without it, one is made once and kept in the home.",
    "管理端的只读令牌：可查看一切，但不能更改，供 Prometheus 与访客使用；未设置时自动生成一次，并保存在数据目录中。",
  ),
  "setting.adminTlsCert": fixed(
    "PEM file with the admin side's certificate and its chain; renewed files are taken over without a restart.",
    "管理端证书及其证书链的 PEM 文件；文件更新后无需重启即可生效。",
  ),
  "setting.adminTlsKey": fixed("PEM file with that certificate's private key.", "该管理端证书对应私钥的 PEM 文件。"),
  "setting.panel": fixed(
    "The monitoring panel on the admin port; off leaves the API and /metrics.",
    "管理端口上的监控面板；off 时仅保留 API 和 /metrics。",
  ),
  "setting.home": fixed(
    "Home of the instance: lock, control socket, journal, logs, token.",
    "实例的数据目录：存放锁、控制套接字、变更日志、运行日志和令牌。",
  ),
  "setting.upstream": fixed(
    "Server that is already there: workers pass requests on to it. http://host:port, https://… or unix:/path.",
    "已在运行的服务器：工作进程将请求转发给它。形如 http://host:port、https://… 或 unix:/path。",
  ),
  "setting.profiles": fixed(
    "Folder of your own stages; without it, the built-in ones.",
    "自定义阶段配置的目录；未设置时使用内置阶段。",
  ),
  "setting.workers": fixed(
    "Number of workers instead of the stage's; status says so.",
    "用此数量代替阶段规定的工作进程数；status 会注明。",
  ),
  "setting.seal": fixed(
    "Run each generation from a copy of the app in the home, so that a restarted worker and a rollback get exactly its code.",
    "让每一代都从数据目录中的应用副本运行，使重启的工作进程和回退得到完全相同的代码。",
  ),
  "setting.sealKeep": fixed(
    "With --seal: what the app writes beside its code (uploads,board.db), which stays where it is.",
    "与 --seal 同用：应用写在代码旁的文件或目录（uploads,board.db），保留在原处，不复制。",
  ),
  "setting.readyPath": fixed(
    "Path of the app that shows that it works, for checks after a change.",
    "用于验证应用是否正常的路径，变更后据此检查。",
  ),
  "setting.healthPaths": fixed(
    "Paths of the health and the readiness probe in front of the app, or off.",
    "应用前端的存活与就绪探测路径，或 off 关闭。",
  ),
  "setting.sticky": fixed(
    "Whether a client's address stays with one slot (ip); for apps that keep sessions in memory.",
    "是否让同一客户端地址固定使用一个槽位（ip）；用于把会话存放在内存中的应用。",
  ),
  "setting.adoptPort": fixed(
    "Of a program that listens on several ports, the one to serve; otherwise its first http server is.",
    "程序监听多个端口时，指定对外服务的端口；默认为其第一个 HTTP 服务器。",
  ),
  "setting.responseCacheMb": fixed(
    "Memory in MB, over all workers, for answers that ask to be kept (Cache-Control: public, s-maxage=…); 0 or off keeps none.",
    "响应缓存占用的内存（MB，全部工作进程合计）：只保存声明了 Cache-Control: public, s-maxage=… 的响应；0 或 off 表示关闭。",
  ),
  "setting.trustProxy": fixed(
    "Proxies whose X-Forwarded headers are believed: addresses, ranges, or loopback.",
    "可信任其 X-Forwarded 头的代理：地址、网段或 loopback。",
  ),
  "setting.tlsCert": fixed(
    "Certificate (PEM, with its chain) to serve over TLS; watched, a renewal needs no restart.",
    "启用 TLS 所用的证书（PEM，含证书链）；文件受到监视，更新证书无需重启。",
  ),
  "setting.tlsKey": fixed(
    "Private key of that certificate (PEM, without a passphrase).",
    "该证书的私钥（PEM，不带密码）。",
  ),
  "setting.lang": fixed(
    "Language of messages, en or zh; without it, that of the locale.",
    "提示信息的语言：en 或 zh；未设置时取系统语言。",
  ),
  "setting.logLevel": fixed(
    "Least level that is logged: error, warn, info or debug.",
    "记录的最低日志级别：error、warn、info 或 debug。",
  ),
  "setting.logDir": fixed(
    "Folder of the logs; without it, logs in the home. off: no files, the lines go to the standard output alone (journald, containers).",
    "日志目录；未设置时为数据目录下的 logs。off：不写文件，日志只输出到标准输出（适用于 journald 和容器）。",
  ),
  "setting.logFormat": fixed(
    "How log lines look on the standard output, or on that for errors: text, or json, a document a line.",
    "日志在标准输出（或标准错误）上的格式：text 或 json（每行一个 JSON 文档）。",
  ),
  "setting.logMaxMb": fixed("Size in MB at which a log file is rotated.", "单个日志文件达到多少 MB 时轮转。"),
  "setting.logMaxDays": fixed(
    "Age in days at which a log file is rotated, whatever its size; without it, size alone decides.",
    "日志文件达到多少天时轮转（不论大小）；未设置则只按大小轮转。",
  ),
  "setting.accessLog": fixed(
    "A line for each request, in access.log beside the log: off, combined (as nginx writes it) or json.",
    "访问日志，每个请求一行，写入日志目录的 access.log：off、combined（nginx 格式）或 json。",
  ),
  "setting.accessLogSample": fixed(
    "Share of requests that get a line in the access log, 0 to 1.",
    "写入访问日志的请求比例，0 到 1。",
  ),
  "setting.logKeep": fixed("How many rotated log files are kept.", "保留多少个已轮转的日志文件。"),
  "setting.databaseUrl": fixed(
    "PostgreSQL of the app (context.postgres, and in its environment); keep passwords off the command line.",
    "应用使用的 PostgreSQL 地址（context.postgres 与环境变量）；请勿在命令行中写密码。",
  ),
  "setting.redisUrl": fixed(
    "Redis of the app: redis://, rediss:// or unix:// (context.redis); keep passwords off the command line.",
    "应用使用的 Redis 地址：redis://、rediss:// 或 unix://（context.redis）；请勿在命令行中写密码。",
  ),
  "setting.redisSentinels": fixed(
    "Redis Sentinels as host:port, separated by commas; with REDIS_SENTINEL_NAME.",
    "Redis 哨兵地址，形如 host:port，以逗号分隔；需配合 REDIS_SENTINEL_NAME。",
  ),
  "setting.redisSentinelName": fixed("Name of the primary at the Sentinels.", "哨兵所监控的主节点名称。"),
};
