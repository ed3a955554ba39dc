import { win32 } from "node:path";
import { commandOn, type Launch, startCommand } from "./launch.ts";

export interface WindowsTask {
  readonly name: string;
  /** In terms of that machine: its paths, or such as hold from `folder`. */
  readonly launch: Pick<Launch, "home" | "app" | "flags" | "appArgs" | "firstStage">;
  /** Where dashd runs. */
  readonly folder: string;
  /** Where these files will lie. */
  readonly scripts: string;
  /** Absolute; null: the `node` of the PATH. */
  readonly node: string | null;
  /** Absolute, or from `folder`. */
  readonly dashd: string;
  /** null: LOCAL SERVICE, which may do little. */
  readonly user: string | null;
}

export interface WindowsFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/** A task for the scheduler, the script that it runs, and the one that stops what runs: by message, not by ending it. */
export const windowsFiles = (task: WindowsTask): readonly WindowsFile[] => [
  { name: `${task.name}.xml`, bytes: utf16(taskXml(task)) },
  { name: startScriptOf(task), bytes: utf8(startScript(task)) },
  { name: `${task.name}-stop.ps1`, bytes: utf8(stopScript(task)) },
];

export const windowsMark = "Written by: dashd export windows";

const startScriptOf = ({ name }: WindowsTask): string => `${name}-start.ps1`;

/**
 * RestartOnFailure only counts where the task itself cannot be run; the end of dashd is looked at by the script. Without
 * a Priority of its own a task runs below normal, without an ExecutionTimeLimit it is ended after three days.
 */
const taskXml = (task: WindowsTask): string => {
  const { folder, scripts, user } = task;
  const script = win32.join(scripts, startScriptOf(task));
  return `<?xml version="1.0" encoding="UTF-16"?>
<!-- ${windowsMark} -->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>${xml(`dashd in ${folder}`)}</Description>
  </RegistrationInfo>
  <Triggers>
    <BootTrigger>
      <Enabled>true</Enabled>
    </BootTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      ${user === null ? "<UserId>S-1-5-19</UserId>" : `<UserId>${xml(user)}</UserId>\n      <LogonType>S4U</LogonType>`}
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>false</AllowHardTerminate>
    <StartWhenAvailable>true</StartWhenAvailable>
    <IdleSettings>
      <StopOnIdleEnd>false</StopOnIdleEnd>
      <RestartOnIdle>false</RestartOnIdle>
    </IdleSettings>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>5</Priority>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>255</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>%SystemRoot%\\System32\\WindowsPowerShell\\v1.0\\powershell.exe</Command>
      <Arguments>${xml(`-NoProfile -NonInteractive -ExecutionPolicy Bypass -File "${script}"`)}</Arguments>
      <WorkingDirectory>${xml(folder)}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
`;
};

const startScript = (task: WindowsTask): string => {
  const { firstStage } = task.launch;
  return `${scriptHead(task)}${
    firstStage === null
      ? ""
      : `# Counts while the journal is empty; from then on what is in force does.\n$env:DASHD_STAGE = '${firstStage}'\n`
  }$arguments = @(
${argumentsOf(startCommand({ ...task.launch, program: [], folder: "" }))}
)

while ($true) {
    & $node $dashd @arguments
    # 0: it was stopped. 6, 64: it was refused, and the next try would end the same way.
    if ($LASTEXITCODE -in 0, 6, 64) { exit $LASTEXITCODE }
    Start-Sleep -Seconds 5
}
`;
};

/** Windows has no SIGTERM: the master is asked through its control pipe, and drains. */
const stopScript = (task: WindowsTask): string => `${scriptHead(task)}$arguments = @(
${argumentsOf(commandOn({ ...task.launch, program: [], folder: "", flags: [], appArgs: [] }, "stop"))}
)

& $node $dashd @arguments
exit $LASTEXITCODE
`;

const scriptHead = ({ folder, node, dashd }: WindowsTask): string => `# ${windowsMark}
$ErrorActionPreference = 'Stop'
Set-Location -LiteralPath ${quoted(folder)}
$node = ${node === null ? "(Get-Command -Name node.exe -CommandType Application | Select-Object -First 1).Source" : quoted(node)}
$dashd = ${quoted(dashd)}
if (-not (Test-Path -LiteralPath $dashd)) {
    Write-Host "dashd is not at $dashd (seen from $(Get-Location)): npm install dashd"
    exit 64
}
`;

const argumentsOf = (words: readonly string[]): string => words.map((word) => `    ${quoted(word)}`).join(",\n");

/** To PowerShell every kind of single quote ends a text, and two of them are one. */
const quoted = (text: string): string => `'${text.replace(/['\u2018\u2019\u201A\u201B]/g, "$&$&")}'`;

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const xml = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character] ?? character);

const crlf = (text: string): string => text.replaceAll("\n", "\r\n");
/** As the scheduler itself writes and reads it. */
const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${crlf(text)}`, "utf16le");
/** Windows PowerShell takes a script without a byte order mark for one in the machine's code page. */
const utf8 = (text: string): Buffer => Buffer.from(`\uFEFF${crlf(text)}`, "utf8");
