/**
 * The table "Rooms of lib" of the design, from top to ground. A room imports itself, what its row names, and nothing
 * else: what the design calls "and below" is spelled out. Where a lower room must cause something above it, it is
 * handed a function.
 */
export interface Room {
  readonly reason: string;
  readonly mayImport: readonly RoomName[];
}

export const roomNames = [
  "bin",
  "cli",
  "report",
  "verify",
  "fleet",
  "master",
  "control/server",
  "control/client",
  "panel",
  "preflight",
  "worker",
  "board",
  "upstream",
  "index",
  "middleware",
  "services",
  "seal",
  "home",
  "load",
  "health",
  "host",
  "protocol",
  "settings",
  "profile",
  "words",
  "ground",
] as const;

export type RoomName = (typeof roomNames)[number];

export const rooms: Readonly<Record<RoomName, Room>> = {
  bin: { reason: "the door to the command line: nothing but the call", mayImport: ["cli", "ground"] },
  cli: {
    reason: "one file per command; knows flags, decides nothing; loads only what the command needs",
    mayImport: [
      "report",
      "verify",
      "fleet",
      "master",
      "control/client",
      "preflight",
      "services",
      "home",
      "load",
      "health",
      "host",
      "protocol",
      "settings",
      "profile",
      "words",
      "ground",
    ],
  },
  report: {
    reason: "documents for people, written from measurements: Markdown and HTML",
    mayImport: ["verify", "home", "load", "health", "protocol", "profile", "words", "ground"],
  },
  // home: where proofs lie, and the lives before this one. profile: what a stage promises.
  verify: {
    reason: "proof from outside that a stage is in force, and the assertions of drills",
    mayImport: ["control/client", "services", "home", "load", "health", "host", "protocol", "profile", "ground"],
  },
  // preflight: how many descriptors a stage needs.
  fleet: {
    reason: "more than one instance, and the exports for engines that run many: services of systemd and of Windows",
    mayImport: ["preflight", "home", "profile", "ground"],
  },
  master: {
    reason: "keeps an instance at its stage",
    mayImport: [
      "control/server",
      "panel",
      "preflight",
      "services",
      "seal",
      "home",
      "health",
      "host",
      "protocol",
      "settings",
      "profile",
      "words",
      "ground",
    ],
  },
  // host: says who holds the admin port.
  "control/server": {
    reason: "the API of a running master: both doors, authentication",
    mayImport: ["control/client", "home", "host", "protocol", "settings", "ground"],
  },
  // host: names the process behind a socket that does not answer.
  "control/client": {
    reason: "asks a running master; apart from the server so that a command loads little",
    mayImport: ["home", "host", "protocol", "ground"],
  },
  // words: its page puts them in the browser.
  panel: {
    reason: "page, live events, metrics: the snapshot for eyes and scrapers; actions are handlers passed in",
    mayImport: ["health", "protocol", "words", "ground"],
  },
  preflight: {
    reason: "what a stage needs of the host and its services against what is there (pure)",
    mayImport: ["profile", "ground"],
  },
  // home: the name of the control socket, for `context.status()`.
  worker: {
    reason: "serves inside its limits; its own process entry; master and worker never import each other",
    mayImport: ["middleware", "services", "home", "host", "protocol", "profile", "ground"],
  },
  // protocol: the snapshot it shows.
  board: { reason: "the built-in store board: a hosted app like any other", mayImport: ["index", "protocol"] },
  // middleware: its refusal, for an upstream that cannot be reached.
  upstream: {
    reason: "passes requests on to a server that is already there: a hosted app like any other",
    mayImport: ["index", "middleware", "ground"],
  },
  index: { reason: "the public API for app authors", mayImport: ["middleware", "protocol", "ground"] },
  middleware: {
    reason: "admission, request time-out and response cache: ordinary Express middleware",
    mayImport: ["protocol", "ground"],
  },
  services: {
    reason:
      "Redis and PostgreSQL: clients with budgets and deadlines, the cache over both, the embedded server; probes of all services",
    mayImport: ["home", "host", "protocol", "profile", "ground"],
  },
  seal: {
    reason: "the copies of the app in the home: what belongs to one, how it is made, whether it is still whole",
    mayImport: ["home", "ground"],
  },
  // host: a lock names its owner by pid and start time. profile: the journal keeps the profile of each revision, so that
  // an edited file cannot change what "back" means.
  home: {
    reason: "what is on disk: paths, lock, journal, token, logs, black boxes",
    mayImport: ["host", "protocol", "profile", "words", "ground"],
  },
  // protocol: what the instance says of itself meanwhile, and how it tells the wait.
  load: {
    reason: "user-model load in processes of its own, and its judgement",
    mayImport: ["profile", "protocol", "ground"],
  },
  health: { reason: "indicators to levels and advice (pure)", mayImport: ["profile", "protocol", "ground"] },
  host: { reason: "the machine: CPU, memory, disk, a process's identity", mayImport: ["ground"] },
  protocol: { reason: "the only words between processes", mayImport: ["profile", "ground"] },
  settings: { reason: "what the operator asked", mayImport: ["ground"] },
  profile: { reason: "what a stage is, how a budget is shared out, what differs (pure)", mayImport: ["ground"] },
  words: { reason: "the two catalogues: codes and facts to sentences", mayImport: ["ground"] },
  ground: { reason: "what every room stands on", mayImport: [] },
};

/** Files directly in lib, `index.ts` apart. */
export const groundFiles: readonly string[] = [
  "errors.ts",
  "histogram.ts",
  "is-record.ts",
  "json-text.ts",
  "lang.ts",
  "log.ts",
  "nearest.ts",
  "package-root.ts",
  "read-file.ts",
  "redis-url.ts",
  "shell-word.ts",
  "system-error.ts",
  "upstream-url.ts",
];

/** The half of `lib/control` that asks; the rest of it answers. */
export const clientFile = /^(client|not-running)/;

/** Codes and facts travel; only these files of a lower room put them in words, each at an edge. */
export const wordsAtTheEdge: Readonly<Partial<Record<RoomName, readonly string[]>>> = {
  // The banners, the reason why a start failed, the sentence that systemd shows, and the page of an app that does not run in development.
  master: [
    "lib/master/announce.ts",
    "lib/master/announce-dev.ts",
    "lib/master/fault-page.ts",
    "lib/master/main.ts",
    "lib/master/manager-link.ts",
  ],
  // The log on a terminal.
  home: ["lib/home/logs.ts"],
};

/** A package, or a module of node, that only these files may load. */
export const keepers: Readonly<Record<string, readonly string[]>> = {
  winston: ["lib/home/line-logger.ts"],
  throng: ["lib/master/pool.ts"],
  // `start` refuses to run inside a cluster worker. A hosted program's `listen()` must not ask the cluster's primary: the
  // file that adopts its server knows how cluster asks, and the program itself is to see none.
  "node:cluster": [
    "lib/cli/start.ts",
    "lib/master/pool.ts",
    "lib/worker/adopt-listen.ts",
    "lib/worker/program-cluster.ts",
  ],
};

/** Sixteen workers start at once on two cores, and `status` answers in milliseconds: what they must not load. */
export const keptLight: Readonly<Record<string, readonly string[]>> = {
  "lib/worker/main.ts": [
    "zod",
    "winston",
    "commander",
    "express",
    "throng",
    // Asked of the process where an app or the operator's files want them.
    "node:tls",
    "node:https",
    "node:http2",
  ],
  "lib/control/client.ts": ["zod", "winston", "express", "throng", "pg", "ioredis"],
};

/** What is not loaded until it is asked for: folders and packages, loaded lazily. */
export const heldBack: Readonly<Record<string, readonly string[]>> = {
  "lib/cli/main.ts": ["lib/cli/watch/", "lib/cli/completion/"],
  // With the first answer that asks to be kept.
  "lib/worker/main.ts": ["http-cache-semantics", "lru-cache"],
};
