import { systemSources, type UsageSources } from "./usage-sources.ts";

/** What a process has written to disks since its start; null where the system does not tell, or it is another user's. */
export const writtenBytes = (pid: number, { read }: Pick<UsageSources, "read"> = systemSources): number | null => {
  const found = /^write_bytes: (\d+)$/m.exec(read(`/proc/${pid}/io`) ?? "")?.[1];
  return found === undefined ? null : Number(found);
};
