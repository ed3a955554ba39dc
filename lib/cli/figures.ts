/** Figures as the tables of the command line show them; "–" where there is none. */
export const count = (value: number | null): string => (value === null ? none : String(value));

export const milliseconds = (value: number | null): string => {
  if (value === null) return none;
  if (value < 10) return `${value.toFixed(1)} ms`;
  return value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
};

export const percent = (rate: number | null): string => {
  if (rate === null) return none;
  const hundredths = rate * 100;
  return `${hundredths === 0 || hundredths >= 10 ? Math.round(hundredths) : hundredths.toFixed(1)} %`;
};

export const bytes = (value: number | null): string =>
  value === null ? none : `${Math.round(value / (1024 * 1024))} MB`;

/** 59s, 12m, 3h04m, 2d05h: the two largest units that matter. */
export const duration = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds));
  const [minutes, hours, days] = [Math.floor(whole / 60), Math.floor(whole / 3600), Math.floor(whole / 86_400)];
  if (days > 0) return `${days}d${two(hours % 24)}h`;
  if (hours > 0) return `${hours}h${two(minutes % 60)}m`;
  return minutes > 0 ? `${minutes}m${two(whole % 60)}s` : `${whole}s`;
};

/** An indicator's value or threshold in the unit of its kind. */
export const figureOf = (indicator: string, value: number | string | null): string => {
  if (typeof value !== "number") return value ?? none;
  if (rates.has(indicator)) return percent(value);
  return indicator === "responseP95" ? milliseconds(value) : String(value);
};

const none = "–";

const rates = new Set(["cpu", "memory", "diskIo", "errors", "redisHitRate", "redisMemory", "postgresPool", "waiting"]);

const two = (value: number): string => String(value).padStart(2, "0");
