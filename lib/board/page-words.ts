/** What the page says, in both languages side by side. */
export const pageWords = (lang: "en" | "zh"): PageWords => words[lang];

export interface PageWords {
  readonly lang: string;
  readonly title: string;
  readonly lead: string;
  readonly other: { readonly href: string; readonly label: string };
  readonly stage: string;
  readonly workers: string;
  readonly connections: string;
  readonly held: string;
  readonly requests: string;
  readonly response: string;
  readonly workersTitle: string;
  readonly workersHelp: string;
  readonly limitsTitle: string;
  readonly limit: string;
  readonly declared: string;
  readonly effective: string;
  readonly proven: string;
  readonly noDrift: string;
  readonly drift: string;
  readonly stale: string;
  readonly noScript: string;
  readonly next: string;
  readonly states: Readonly<Record<string, string>>;
}

const words: Readonly<Record<"en" | "zh", PageWords>> = {
  en: {
    lang: "en",
    title: "dashd is serving",
    lead: "This page stands in for your dashboard until you start one. Everything on it is read from the running instance.",
    other: { href: "/?lang=zh", label: "中文" },
    stage: "Stage",
    workers: "Workers",
    connections: "Connections",
    held: "held at the door",
    requests: "Requests / s",
    response: "Response p95",
    workersTitle: "Workers",
    workersHelp: "Each tile is one process: its slot, its connections, and its generation.",
    limitsTitle: "Limits",
    limit: "Limit",
    declared: "Declared",
    effective: "Effective",
    proven: "Proven",
    noDrift: "Declared and effective agree.",
    drift: "Declared and effective differ:",
    stale: "No fresh figures: the last answer is shown.",
    noScript: "The figures are drawn by a script of this page; `dashd status` shows the same in a terminal.",
    next: "Serve your own app:",
    states: {
      starting: "starting",
      held: "held",
      changing: "changing",
      degraded: "degraded",
      draining: "draining",
      booting: "booting",
      ready: "ready",
      late: "late",
      "backing-off": "backing off",
    },
  },
  zh: {
    lang: "zh-CN",
    title: "dashd 正在运行",
    lead: "启动您自己的看板之前，由本页面代替显示。页面上的所有数据均读自正在运行的实例。",
    other: { href: "/?lang=en", label: "English" },
    stage: "阶段",
    workers: "工作进程",
    connections: "连接",
    held: "在入口等候",
    requests: "每秒请求",
    response: "响应时间 p95",
    workersTitle: "工作进程",
    workersHelp: "每格代表一个进程：槽位、连接数和所属代次。",
    limitsTitle: "限制",
    limit: "限制项",
    declared: "声明值",
    effective: "实际值",
    proven: "实测值",
    noDrift: "声明值与实际值一致。",
    drift: "声明值与实际值不一致：",
    stale: "暂时取不到新数据，显示的是上一次的结果。",
    noScript: "数据由页面脚本绘制；也可在终端执行 dashd status 查看。",
    next: "运行您自己的应用：",
    states: {
      starting: "启动中",
      held: "运行正常",
      changing: "变更中",
      degraded: "降级运行",
      draining: "正在停止",
      booting: "启动中",
      ready: "就绪",
      late: "响应迟缓",
      "backing-off": "等待重试",
    },
  },
};
