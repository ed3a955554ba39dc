import { cpus, hostname } from "node:os";
import { readCapacity } from "./capacity.ts";

/** Which machine this is, as a proof names it. */
export interface HostDescription {
  readonly name: string;
  /** "linux x64" */
  readonly platform: string;
  /** Model of the processor; "unknown" where the system does not tell. */
  readonly cpu: string;
  /** Of the machine, or of the tightest quota. */
  readonly cores: number;
  readonly memoryBytes: number;
}

export const describeHost = (): HostDescription => {
  const { cores, memoryBytes } = readCapacity("/");
  const cpu = cpus()[0]?.model.trim() ?? "";
  return {
    name: hostname(),
    platform: `${process.platform} ${process.arch}`,
    cpu: cpu === "" ? "unknown" : cpu,
    cores,
    memoryBytes,
  };
};
