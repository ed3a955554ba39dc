import { basename, dirname } from "node:path";

/** What a service manager calls the instance of a home: by the folder that the home stands in, or by its own name. */
export const instanceName = (home: string): string => {
  const own = basename(home);
  const folder = own === ".dashd" ? basename(dirname(home)) : own;
  const plain = folder.replace(/[^\w.-]+/g, "-").replace(/^[.-]+|[.-]+$/g, "");
  return /^dashd(-|$)/.test(plain) ? plain : plain === "" ? "dashd" : `dashd-${plain}`;
};

/** As systemd and a Windows folder of tasks both take it. */
export const isInstanceName = (name: string): boolean => /^[\w][\w.-]{0,199}$/.test(name);
