import { fixed, type Catalogue } from "../entry.ts";

/** The topics of `dashd help <topic>`. */
export const helpWords: Catalogue = {
  "help.modes": fixed(
    `A stage is a named capacity promise: so many workers, connections, time-outs and budgets, for so many users.
\`dashd profiles\` shows them side by side.

  foreground   dashd start ./server.js --stage 2            Ctrl-C drains and ends it; a second Ctrl-C ends it at once
  background   dashd start ./server.js --stage 2 --detach   returns once it serves; dashd stop ends it

What can be served: a module that exports an Express app, any (req, res) handler, an http server, or a function that
returns one of these; or a program written without dashd that calls listen() itself, run as it is.

  dashd stage 3      another stage, live: a new generation of workers is raised beside the old one, proven, and takes
                     over; if it does not come up, the old one was never touched (exit code 3)
  dashd reload       the same with the app's new code
  dashd rollback     back to the revision before; while nothing runs, for the next start`,
    `阶段是一份具名的容量承诺：规定工作进程数、连接数、超时与各项配额，以及面向多少用户。
用 \`dashd profiles\` 并排查看各阶段。

  前台运行   dashd start ./server.js --stage 2            按 Ctrl-C 处理完在途请求后退出；再按一次立即退出
  后台运行   dashd start ./server.js --stage 2 --detach   就绪后返回；用 dashd stop 停止

可以托管：导出 Express 应用、(req, res) 处理函数、http 服务器，或返回其一的函数的模块；
也可以是自行调用 listen() 的普通程序，无需修改。

  dashd stage 3      在线切换阶段：在旧的一代旁启动新的一代工作进程，核实后接管；
                     若新的一代未能就绪，旧的一代不受影响（退出码 3）
  dashd reload       同上，使用应用的新代码
  dashd rollback     回退到上一个修订；未运行时，对下次启动生效`,
  ),
  "help.exit-codes": fixed(
    `  0    done, or held
  1    error: port in use, the app fails at start, nothing to roll back
  3    a change was rolled back; the service is healthy
  4    degraded (status --exit-code)
  5    timed out waiting; the operation itself goes on
  7    busy: another change is under way
  8    not running
  64   usage: unknown command, flag or stage, faulty profile or setting
  130  interrupted; a change that was under way goes on`,
    `  0    完成，或状态正常
  1    错误：端口被占用、应用启动失败、没有可回退的版本等
  3    变更已还原，服务正常
  4    降级（status --exit-code）
  5    等待超时，操作本身仍在继续
  7    忙：另一项变更正在进行
  8    未运行
  64   用法错误：未知的命令、选项或阶段，配置或设置有误
  130  被中断；进行中的变更会继续`,
  ),
  "help.settings": fixed(
    `Strongest first: flag, environment variable, .env, dashd.config.json (settings by name, like { "adminPort": 9051 }), default.
\`dashd config\` shows every value and where it comes from. Secrets have no flag: anybody can read a command line.`,
    `优先级从高到低：命令行选项、环境变量、.env、dashd.config.json（以设置名为键，如 { "adminPort": 9051 }）、默认值。
用 \`dashd config\` 查看每项的取值及来源。机密设置没有命令行选项，因为任何人都能看到命令行。`,
  ),
  "help.files": fixed(
    `The home (./.dashd, or --home, or DASHD_HOME) holds everything of one instance:

  control.sock   the control API, for its owner only
  token          what the admin port asks for: Authorization: Bearer <token>
  journal.jsonl  every change: dashd history
  logs/          dashd logs
  start.log      what a detached start printed`,
    `数据目录（./.dashd，或由 --home、DASHD_HOME 指定）保存一个实例的全部文件：

  control.sock   控制接口，仅限所有者访问
  token          管理端口的令牌：Authorization: Bearer <令牌>
  journal.jsonl  变更日志：dashd history
  logs/          日志：dashd logs
  start.log      后台启动时的输出`,
  ),
};
