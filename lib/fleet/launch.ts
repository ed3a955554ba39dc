/** The command line that a service manager runs, without a stage: what is in force is the journal's to say. */
export interface Launch {
  /** `node`, its own flags, and dashd. */
  readonly program: readonly string[];
  /** Absolute. */
  readonly folder: string;
  /** Absolute. */
  readonly home: string;
  /** Absolute, links kept; null: the settings' upstream, or the board. */
  readonly app: string | null;
  /** As typed. */
  readonly flags: readonly string[];
  readonly appArgs: readonly string[];
  /** Asked for at the first start, while the journal is empty; null: the settings say. */
  readonly firstStage: number | null;
}

export const startCommand = ({ program, home, app, flags, appArgs }: Launch): readonly string[] => [
  ...program,
  "start",
  ...(app === null ? [] : [app]),
  ...["--home", home],
  ...flags,
  ...(appArgs.length === 0 ? [] : ["--", ...appArgs]),
];

export const commandOn = ({ program, home }: Launch, command: string): readonly string[] => [
  ...program,
  command,
  ...["--home", home],
];
