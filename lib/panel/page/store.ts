import type { Message } from "../../errors.ts";
import type { Lang } from "../../lang.ts";
import type { Role } from "../../protocol/admin-route.ts";
import type { Snapshot } from "../../protocol/snapshot.ts";
import { say } from "../../words/say.ts";
import type { AboutAnswer, FollowedChange } from "../shapes.ts";

/** What the cards of the page are shown from. */
export interface Seen {
  readonly snapshot: Snapshot;
  readonly about: AboutAnswer;
  readonly change: FollowedChange | null;
}

/** One card. `update` comes once a second and whenever something has happened. */
export interface View {
  readonly element: HTMLElement;
  update(seen: Seen): void;
}

/** What every card is made with. */
export interface Surroundings {
  readonly lang: Lang;
  readonly words: Words;
  readonly role: Role;
  /** False: the key of the session is not in this browser, so it can only look. */
  readonly mayAct: boolean;
}

export type Words = (code: string, facts?: Message["facts"]) => string;

export const wordsIn =
  (lang: Lang): Words =>
  (code, facts = {}) =>
    say(lang, { code, facts });

/** Under a name that a later version has made up, the name itself. */
export const nameIn = (words: Words, family: string, name: string): string => {
  const said = words(`${family}.${name}`);
  return said === `${family}.${name}` ? name : said;
};
