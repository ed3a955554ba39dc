export const megabytes = (bytes: number | null): string =>
  bytes === null ? "–" : `${Math.round(bytes / (1024 * 1024))} MB`;

/** 59s, 12m, 3h04m, 2d05h: the two largest units that matter. */
export const elapsed = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds));
  const [minutes, hours, days] = [Math.floor(whole / 60), Math.floor(whole / 3600), Math.floor(whole / 86_400)];
  if (days > 0) return `${days}d${two(hours % 24)}h`;
  if (hours > 0) return `${hours}h${two(minutes % 60)}m`;
  return minutes > 0 ? `${minutes}m${two(whole % 60)}s` : `${whole}s`;
};

const two = (value: number): string => String(value).padStart(2, "0");
