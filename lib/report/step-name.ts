import type { ProofStep } from "../verify/proof.ts";
import { message, type Text } from "./document.ts";

/** What a line of the proof is about, as a report names it. */
export const stepName = ({ part, name }: Pick<ProofStep, "part" | "name">): Text => {
  const users = /^users-(\d+)$/.exec(name)?.[1];
  if (users !== undefined) return message("report.users-proven", { users: Number(users) });
  // Where there was no load, one line stands for all.
  if (name === "promise" || name === "indicators") return message(`report.step-${name}-all`);
  return part === "indicators" ? message(`indicator.${name}`) : name;
};
