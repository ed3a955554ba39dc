import type { HomeLock } from "../home/lock.ts";
import type { HomePaths } from "../home/paths.ts";
import type { Lang } from "../lang.ts";
import type { Ladder } from "../profile/load.ts";
import type { ResolvedSettings } from "../settings/resolve.ts";
import type { AppToRun } from "./app-identity.ts";
import type { RawTerminal } from "./dev-output.ts";

/** What `dashd start` hands over once the home is its own. */
export interface MasterOptions {
  readonly settings: ResolvedSettings;
  /** Already read once without a fault. */
  readonly ladder: Ladder;
  /** `--stage`; null: what this home had in force, else DASHD_STAGE, else 1 (see `starting-point.ts`). */
  readonly stage: number | null;
  /** As the operator named it, resolved to an absolute file, links kept. */
  readonly app: AppToRun;
  /** `--strict`: a host below what the stage asks for is refused, not warned about. */
  readonly strict: boolean;
  /** The same, as what was named reads by now. Throws where it is gone. */
  readonly appAgain: () => AppToRun;
  readonly paths: HomePaths;
  /** Held; released by the master at its end. */
  readonly lock: HomeLock;
  readonly startedBy: { readonly by: string; readonly reason: string | null };
  readonly io: {
    out(text: string): void;
    err(text: string): void;
    /** Of either. */
    readonly colour: boolean;
    readonly errColour: boolean;
    /** What the reader of either has not taken yet. */
    outUnreadBytes(): number;
    errUnreadBytes(): number;
  };
  readonly lang: Lang;
  /** `dashd dev`; null in production. */
  readonly development: Development | null;
}

export interface Development {
  /** Of its one worker. */
  readonly execArgv: readonly string[];
  /** Where a debugger connects; null: it was not asked for. */
  readonly inspector: InspectorAddress | null;
  /** What the worker gets on top of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly terminal: RawTerminal;
  /** The command that serves the same app in production. */
  readonly production: string;
}

export interface InspectorAddress {
  readonly host: string;
  readonly port: number;
  /** The app waits for the debugger, and stops at its first line. */
  readonly breaks: boolean;
}
