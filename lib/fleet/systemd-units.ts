import { commandOn, type Launch, startCommand } from "./launch.ts";
import type { ServiceBounds } from "./service-bounds.ts";
import { execWord, literal, unitWord } from "./systemd-text.ts";

export interface SystemdService {
  /** Without `.service`. */
  readonly name: string;
  readonly launch: Launch;
  readonly bounds: ServiceBounds;
  /** null: a unit of the user manager, which runs as its user. */
  readonly user: string | null;
  /** Opened by systemd before dashd is there, and kept while it is not; null: dashd opens it. */
  readonly socket: SocketAddress | null;
  /** Below 1024, without root and without a socket of systemd's. */
  readonly needsLowPort: boolean;
  /** Folders that can be written beside the home. */
  readonly writable: readonly string[];
}

export interface SocketAddress {
  readonly host: string;
  readonly port: number;
  readonly backlog: number;
}

export interface UnitFile {
  readonly name: string;
  readonly text: string;
}

/** The units of one instance, without a mark of who wrote them. Pure. */
export const systemdUnits = (service: SystemdService): readonly UnitFile[] => [
  { name: `${service.name}.service`, text: unit(serviceSections(service)) },
  ...(service.socket === null
    ? []
    : [{ name: `${service.name}.socket`, text: unit(socketSections(service, service.socket)) }]),
];

type Line = readonly [key: string, value: string | number];
type Sections = Readonly<Record<string, readonly Line[]>>;

const unit = (sections: Sections): string =>
  Object.entries(sections)
    .map(([section, lines]) => [`[${section}]`, ...lines.map(([key, value]) => `${key}=${value}`), ""].join("\n"))
    .join("\n");

const serviceSections = (service: SystemdService): Sections => {
  const { name, launch, bounds, user, socket } = service;
  return {
    Unit: [
      ["Description", literal(`dashd in ${launch.folder}`)],
      // A user's manager knows neither.
      ...(user === null
        ? []
        : [["After", "network-online.target"] as const, ["Wants", "network-online.target"] as const]),
      ...(socket === null
        ? []
        : ([
            ["Requires", `${name}.socket`],
            ["After", `${name}.socket`],
          ] as const)),
      // It is tried again for as long as it takes: a database that comes back late is no reason to stay down.
      ["StartLimitIntervalSec", 0],
    ],
    Service: [
      ["Type", "notify"],
      // Who tells systemd is a process of its own.
      ["NotifyAccess", "all"],
      ["WatchdogSec", watchdogSec],
      // To a stopped process nothing else gets through.
      ["WatchdogSignal", "SIGKILL"],
      ["WorkingDirectory", literal(launch.folder)],
      ["ExecStart", startCommand(launch).map(execWord).join(" ")],
      ["ExecReload", commandOn(launch, "reload").map(execWord).join(" ")],
      // Not the flag, which would win over the journal: a reboot must not undo a rollback.
      ...environment(launch),
      ["Restart", "on-failure"],
      ["RestartSec", 2],
      // Usage and refusal: the next try would end the same way.
      ["RestartPreventExitStatus", "6 64"],
      ["TimeoutStartSec", bounds.startSec],
      ["TimeoutStopSec", bounds.stopSec],
      ["KillMode", "mixed"],
      // A worker that is killed for memory is replaced; its service is not to end with it.
      ["OOMPolicy", "continue"],
      ["LimitNOFILE", bounds.descriptors],
      ["UMask", "0077"],
      ...hardening(service),
    ],
    Install: [["WantedBy", user === null ? "default.target" : "multi-user.target"]],
  };
};

const socketSections = ({ launch }: SystemdService, { host, port, backlog }: SocketAddress): Sections => ({
  Unit: [["Description", literal(`The port of dashd in ${launch.folder}`)]],
  Socket: [
    ["ListenStream", `${host.includes(":") ? `[${host}]` : host}:${port}`],
    ["Backlog", backlog],
    ["NoDelay", "true"],
  ],
  Install: [["WantedBy", "sockets.target"]],
});

const environment = ({ program, firstStage }: Launch): readonly Line[] => {
  const node = program[0] ?? "";
  const folder = node.slice(0, node.lastIndexOf("/"));
  return [
    ...(firstStage === null ? [] : [["Environment", `DASHD_STAGE=${firstStage}`] as const]),
    // Programs that an app starts by the name of `node` find the same one.
    ...(usualPath.includes(folder)
      ? []
      : [["Environment", unitWord(`PATH=${[folder, ...usualPath].join(":")}`)] as const]),
  ];
};

/**
 * MemoryDenyWriteExecute= is not among them, since V8 compiles while it runs; nor is ProcSubset=, since the figures of
 * the host come from /proc. Linux reads the network's interfaces through AF_NETLINK.
 */
const hardening = (service: SystemdService): readonly Line[] => {
  const everywhere: readonly Line[] = [
    ["NoNewPrivileges", "true"],
    ["RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6 AF_NETLINK"],
    ["RestrictRealtime", "true"],
    ["LockPersonality", "true"],
    ["SystemCallArchitectures", "native"],
  ];
  const { user } = service;
  // A user's manager may neither mount nor drop capabilities.
  if (user === null) return everywhere;
  return [
    ["User", user],
    ...everywhere,
    ["RestrictSUIDSGID", "true"],
    ...fileSystem(service),
    ["ProtectProc", "invisible"],
    ["ProtectKernelTunables", "true"],
    ["ProtectKernelModules", "true"],
    ["ProtectKernelLogs", "true"],
    ["ProtectControlGroups", "true"],
    ["ProtectClock", "true"],
    ["ProtectHostname", "true"],
    ["PrivateDevices", "true"],
    // Root brings the board's own PostgreSQL up as another user.
    ...(user === "root" ? [] : capabilities(service)),
  ];
};

const fileSystem = ({ launch, writable }: SystemdService): readonly Line[] => {
  const paths = [
    ...launch.program.filter((word) => word.startsWith("/")),
    launch.folder,
    launch.home,
    launch.app ?? "/",
  ];
  const below = (roots: readonly string[]): boolean =>
    [...paths, ...writable].some((path) => roots.some((root) => `${path}/`.startsWith(root)));
  return [
    ["ProtectSystem", "strict"],
    ["ReadWritePaths", [launch.home, ...writable].map(unitWord).join(" ")],
    // What it runs from must stay in sight.
    ["ProtectHome", below(["/home/", "/root/", "/run/user/"]) ? "read-only" : "true"],
    ...(below(["/tmp/", "/var/tmp/"]) ? [] : [["PrivateTmp", "true"] as const]),
  ];
};

const capabilities = ({ needsLowPort }: SystemdService): readonly Line[] => [
  ["CapabilityBoundingSet", needsLowPort ? lowPort : ""],
  ...(needsLowPort ? [["AmbientCapabilities", lowPort] as const] : []),
  ["RestrictNamespaces", "true"],
  ["SystemCallFilter", "@system-service"],
  ["SystemCallErrorNumber", "EPERM"],
];

const lowPort = "CAP_NET_BIND_SERVICE";
const usualPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin"];
/** The master says that it lives every third of it. */
const watchdogSec = 30;
