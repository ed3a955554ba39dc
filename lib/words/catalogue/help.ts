import { fixed, type Catalogue } from "../entry.ts";

/** The short topics of `dashd help <topic>`. */
export const helpWords: Catalogue = {
  "help.exit-codes": fixed(
    `  0    done, or held
  1    error: port in use, the app fails at start, nothing to roll back
  2    plan, diff: there are differences
  3    a change was taken back, the service is healthy; a promise was not kept
  4    degraded (status --exit-code, start --detach), or without a verdict
  5    timed out waiting; the operation itself goes on
  6    the stage or drill does not fit here, or the plan is stale; nothing done
  7    busy: another change or a drill is under way
  8    not running
  64   usage: unknown command, flag or stage, faulty profile or setting
  130  interrupted; a change that was under way goes on`,
    `  0    完成，或状态正常
  1    错误：端口被占用、应用启动失败、没有可回退的版本等
  2    plan、diff：存在差异
  3    变更已还原，服务正常；load、verify、drill：承诺未兑现
  4    降级（status --exit-code、start --detach）；变更、压测、验证或演练无结论
  5    等待超时，操作本身仍在继续
  6    该阶段在此放不下、演练无法进行，或计划已过期；未做任何改动
  7    忙：另一项变更或演练正在进行
  8    未运行
  64   用法错误：未知的命令、选项或阶段，配置或设置有误
  130  被中断；进行中的变更会继续`,
  ),
  "help.settings": fixed(
    `Strongest first: flag, environment variable, .env, dashd.config.json (settings
by name, like { "adminPort": 9051 }), default.
\`dashd config\` shows every value and where it comes from. Secrets have no flag:
anybody can read a command line.`,
    `优先级从高到低：命令行选项、环境变量、.env、dashd.config.json
（以设置名为键，如 { "adminPort": 9051 }）、默认值。
用 \`dashd config\` 查看每项的取值及来源。
机密设置没有命令行选项，因为任何人都能看到命令行。`,
  ),
  "help.files": fixed(
    `The home (./.dashd, or --home, or DASHD_HOME) holds everything of one instance:

  control.sock   the control API, for its owner only
  token          what the admin port asks for: Authorization: Bearer <token>
  journal.jsonl  every change: dashd history
  journal.last   its newest line once more, should that line be damaged
  sealed/        copies of the app (start --seal), of the last ten releases
  proof.json     the last proof: dashd verify
  logs/          dashd logs; none with DASHD_LOG_DIR=off
  blackbox/      the last 50 workers that hung or died unasked: dashd why
  start.log      what a detached start printed
  dev/           the same of a development run (dashd dev), without a journal`,
    `数据目录（./.dashd，或由 --home、DASHD_HOME 指定）保存一个实例的全部文件：

  control.sock   控制接口，仅限所有者访问
  token          管理端口的令牌：Authorization: Bearer <令牌>
  journal.jsonl  变更日志：dashd history
  journal.last   变更日志最新一行的副本，供该行损坏时恢复
  sealed/        应用的副本（start --seal），保留最近十个版本
  proof.json     最近一次的证明：dashd verify
  logs/          日志：dashd logs；DASHD_LOG_DIR=off 时不写
  blackbox/      最近 50 次工作进程卡死或意外退出的记录：dashd why
  start.log      后台启动时的输出
  dev/           调试运行（dashd dev）的同类文件，没有变更日志`,
  ),
};
