import type { Message } from "../../errors.ts";

/** Times in a message, as the eye wants them; the master says them in ISO. */
export const localTimes = <Said extends Message>(message: Said): Said => ({
  ...message,
  facts: Object.fromEntries(
    Object.entries(message.facts).map(([name, fact]) => [
      name,
      typeof fact === "string" && isoTime.test(fact) ? clock(fact) : fact,
    ]),
  ),
});

/** Local time of day of an ISO time; with the date where it is not today's. */
export const clock = (iso: string, now = new Date()): string => {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":");
  if (at.toDateString() === now.toDateString()) return time;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
};

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const two = (value: number): string => String(value).padStart(2, "0");
