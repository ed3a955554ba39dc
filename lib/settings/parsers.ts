import { BlockList, isIP } from "node:net";
import { homedir } from "node:os";
import { isAbsolute, resolve } from "node:path";
import type { Facts } from "../errors.ts";
import type { HealthPaths, OnOff } from "./settings.ts";

/** Turns the text of a setting into its value, or says what is allowed. */
export type Parser<T> = (text: string, context: ParseContext) => Parsed<T>;

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  /** `allowed`: the facts of the fault's sentence. */
  | { readonly ok: false; readonly allowed: Facts };

export interface ParseContext {
  readonly cwd: string;
}

export const integer =
  (min: number, max: number): Parser<number> =>
  (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? good(value) : bad({ kind: "integer", min, max });
  };

/** 0..1 */
export const share: Parser<number> = (text) =>
  /^(0|1|0?\.\d{1,6}|1\.0+)$/.test(text) ? good(Number(text)) : bad({ kind: "share" });

export const oneOf =
  <T extends string>(choices: readonly T[]): Parser<T> =>
  (text) => {
    const value = choices.find((choice) => choice === text);
    return value === undefined ? bad({ kind: "choice", choices }) : good(value);
  };

/** A flag without a value says `on`; a config file may say true. */
export const onOff: Parser<OnOff> = (text) => {
  if (["on", "true", "1"].includes(text)) return good("on");
  return ["off", "false", "0"].includes(text) ? good("off") : bad({ kind: "choice", choices: ["on", "off"] });
};

/** `off` is 0. */
export const orOff =
  (parse: Parser<number>): Parser<number> =>
  (text, context) =>
    parse(text === "off" ? "0" : text, context);

/** Names of files and folders below another one. */
export const namesBelow: Parser<readonly string[]> = (text) => {
  const names = splitList(text);
  const isBelow = (name: string): boolean => !isAbsolute(name) && !name.split(/[/\\]/).includes("..") && name !== ".";
  return names.length > 0 && names.every(isBelow) ? good(names) : bad({ kind: "names-below" });
};

/** A path of the file system, made absolute; `~` is the user's home, since no shell has seen a line of `.env`. */
export const path: Parser<string> = (text, { cwd }) =>
  /[\0\r\n]/.test(text) || text.trim() === ""
    ? bad({ kind: "path" })
    : good(resolve(cwd, text.replace(/^~(?=$|[/\\])/, homedir())));

/** A folder, or that there is none: as a path it would be `./off`. */
export const folderOrOff: Parser<string> = (text, context) => (text === "off" ? good("off") : path(text, context));

export const host: Parser<string> = (text) =>
  isIP(text) > 0 || (hostName.test(text) && !/^[\d.]+$/.test(text)) ? good(text) : bad({ kind: "host" });

export const urlPath: Parser<string> = (text) => (isUrlPath(text) ? good(text) : bad({ kind: "url-path" }));

export const healthPaths: Parser<HealthPaths | null> = (text) => {
  if (text === "off") return good(null);
  const [health, ready, ...rest] = splitList(text);
  const usable = health !== undefined && ready !== undefined && rest.length === 0 && health !== ready;
  return usable && isUrlPath(health) && isUrlPath(ready) ? good({ health, ready }) : bad({ kind: "health-paths" });
};

/** Every entry is tried on a BlockList, so that what passes here can be put into one. */
export const addresses: Parser<readonly string[]> = (text) => {
  const entries = splitList(text);
  return entries.length > 0 && entries.every(isAddressOrRange) ? good(entries) : bad({ kind: "addresses" });
};

/** Travels in an Authorization header: printable ASCII without blanks. */
export const token: Parser<string> = (text) =>
  /^[\x21-\x7e]{1,512}$/.test(text) ? good(text) : bad({ kind: "token" });

/** A name without blanks. */
export const word: Parser<string> = (text) => (/^\S{1,200}$/.test(text) ? good(text) : bad({ kind: "word" }));

/** Left to the hosted app, which may mean another database than ours: dashd only hands it on. */
export const anyUrl: Parser<string> = (text) => (/\s/.test(text) || text === "" ? bad({ kind: "url" }) : good(text));

const good = <T>(value: T): Parsed<T> => ({ ok: true, value });
const bad = (allowed: Facts): Parsed<never> => ({ ok: false, allowed });

const splitList = (text: string): readonly string[] =>
  text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");

const isUrlPath = (text: string): boolean => /^\/(?!\/)[\x21\x24-\x3e\x40-\x7e]*$/.test(text);

const isAddressOrRange = (entry: string): boolean => {
  if (["loopback", "linklocal", "uniquelocal"].includes(entry)) return true;
  const [address = "", prefix, ...rest] = entry.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  try {
    if (!/^\d{1,3}$/.test(prefix)) return false;
    new BlockList().addSubnet(address, Number(prefix), version === 6 ? "ipv6" : "ipv4");
    return true;
  } catch {
    return false;
  }
};

const hostName = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;
