import { DashdError } from "../errors.ts";

/** What a service manager (systemd) that started us wants to hear, and what it hands over. */
export interface ServiceManager {
  /** Where it listens; null: there is none, or it does not. */
  readonly notifySocket: string | null;
  /** It ends us when we have been silent for so long; null: it does not watch. */
  readonly watchdogMs: number | null;
  /** The service's socket, bound and listening before we were there; null: we open it ourselves. */
  readonly listenFd: number | null;
}

/**
 * Takes sd_notify(3), sd_watchdog_enabled(3) and sd_listen_fds(3) out of the environment, so that no worker believes it
 * was meant. What names another process than `pid` is not for us. Throws E_LISTEN_FDS.
 */
export const takeServiceManager = (env: NodeJS.ProcessEnv, pid: number): ServiceManager => {
  const said = (name: string): string => env[name] ?? "";
  const meant = (variable: string): boolean => said(variable) === "" || said(variable) === String(pid);
  const watchdogUsec = Number(said("WATCHDOG_USEC"));
  const listenFds = said("LISTEN_PID") === String(pid) ? Number(said("LISTEN_FDS")) : 0;
  const taken: ServiceManager = {
    notifySocket: said("NOTIFY_SOCKET") === "" ? null : said("NOTIFY_SOCKET"),
    watchdogMs: watchdogUsec > 0 && meant("WATCHDOG_PID") ? watchdogUsec / 1_000 : null,
    listenFd: listenFds > 0 ? firstListenFd : null,
  };
  for (const name of variables) delete env[name];
  if (listenFds > 1) throw new DashdError("E_LISTEN_FDS", { found: listenFds });
  return taken;
};

const firstListenFd = 3;
const variables = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"];
