/**
 * Command line of the server (pure). Everything that differs from PostgreSQL's own defaults stands here; whoever wants
 * more runs a PostgreSQL of his own and names it in DATABASE_URL.
 */
export const serverArguments = ({
  dataDir,
  socketDir,
  maxConnections,
  version,
  platform,
}: ServerOptions): readonly string[] => {
  const settings: Readonly<Record<string, string>> = {
    // A socket that only this user can reach; no port that another program could take or look into.
    listen_addresses: "",
    unix_socket_directories: socketDir,
    unix_socket_permissions: "0700",
    max_connections: String(maxConnections),
    // Beside up to sixteen workers on a small host: half of PostgreSQL's default.
    shared_buffers: "64MB",
    fsync: "on",
    // A query whose client has gone ends, also in mid-query (PostgreSQL 14 and up, asked of the kernel on Linux).
    ...(Number.parseInt(version, 10) >= 14 && platform === "linux" ? { client_connection_check_interval: "5s" } : {}),
    // One file, whose size the master bounds.
    logging_collector: "off",
    log_destination: "stderr",
    log_line_prefix: "%m [%p] %q%a ",
  };
  return ["-D", dataDir, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
};

export interface ServerOptions {
  readonly dataDir: string;
  readonly socketDir: string;
  readonly maxConnections: number;
  /** "18.4" */
  readonly version: string;
  readonly platform: NodeJS.Platform;
}

/** The superuser's three stay free for dashd. The time zone is the host's, which initdb finds by itself. */
export const initdbArguments = (dataDir: string, version: string): readonly string[] => [
  ...["-D", dataDir, "-U", superuser, "--no-instructions", "--encoding=UTF8"],
  // Over a socket in a folder that only this user can enter.
  "--auth=trust",
  // The same order and case on every host: PostgreSQL's own C.UTF-8 from 17 on, plain bytes before.
  ...(Number.parseInt(version, 10) >= 17
    ? ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    : ["--locale=C"]),
];

export const superuser = "postgres";
