import { UNKNOWN } from "./fact-reader.ts";

/** `1 worker`, `16 workers` */
export const count = (value: number | null, singular: string, plural = `${singular}s`): string =>
  value === null ? `${UNKNOWN} ${plural}` : `${value} ${value === 1 ? singular : plural}`;

/** `0.1 %`; something that rounds to nothing is not shown as nothing, nor nearly all as all. */
export const percent = (rate: number | null): string => {
  if (rate === null) return UNKNOWN;
  const value = Math.round(rate * 1000) / 10;
  if (value === 100 && rate < 1) return ">99.9 %";
  return value === 0 && rate > 0 ? "<0.1 %" : `${value} %`;
};

/** A share beside the least that it may be: what is below never looks like it. `98.99 %` */
export const percentBeside = (rate: number | null, least: number | null): string => {
  const text = percent(rate);
  const isHidden = rate !== null && least !== null && rate < least && text === percent(least);
  return isHidden ? `${Math.floor(rate * 10_000) / 100} %` : text;
};

/** `120 ms`, `2.5 ms` */
export const milliseconds = (ms: number | null): string => {
  if (ms === null) return UNKNOWN;
  return `${ms >= 10 ? Math.round(ms) : Math.round(ms * 10) / 10} ms`;
};

/** The same beside the most that it may be: what is beyond never looks like it. `500.1 ms` */
export const millisecondsBeside = (ms: number | null, most: number | null): string => {
  const text = milliseconds(ms);
  const isHidden = ms !== null && most !== null && ms > most && text === milliseconds(most);
  return isHidden ? `${Math.ceil(ms * 10) / 10} ms` : text;
};

/** `76 MB` */
export const megabytes = (bytes: number | null): string =>
  bytes === null ? UNKNOWN : `${Math.round(bytes / 1_048_576)} MB`;

/** `350 ms`, `2.4 s` */
export const duration = (ms: number | null): string =>
  ms === null || ms < 1000 ? milliseconds(ms) : `${Math.round(ms / 100) / 10} s`;

/** `1, 2, 3 or 4` */
export const orList = (items: readonly string[], or: string): string =>
  items.length < 2 ? (items[0] ?? UNKNOWN) : `${items.slice(0, -1).join(", ")}${or}${items.at(-1) ?? ""}`;

/** `1.6 GB`, `620 MB`, `<1 MB` */
export const size = (bytes: number | null): string => {
  if (bytes === null) return UNKNOWN;
  if (bytes >= 1_073_741_824) return `${Math.round(bytes / 107_374_182.4) / 10} GB`;
  return bytes > 0 && bytes < 1_048_576 ? "<1 MB" : megabytes(bytes);
};

/** 59s, 12m05s, 3h04m, 2d05h: the two largest units that matter. */
export const elapsed = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds));
  const [minutes, hours, days] = [Math.floor(whole / 60), Math.floor(whole / 3600), Math.floor(whole / 86_400)];
  if (days > 0) return `${days}d${two(hours % 24)}h`;
  if (hours > 0) return `${hours}h${two(minutes % 60)}m`;
  return minutes > 0 ? `${minutes}m${two(whole % 60)}s` : `${whole}s`;
};

/** How long something lived: exact where that was short. */
export const lifetime = (ms: number): string => (ms < 60_000 ? duration(ms) : elapsed(ms / 1000));

const two = (value: number): string => String(value).padStart(2, "0");
