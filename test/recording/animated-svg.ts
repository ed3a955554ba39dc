import { type Colour, type Run, runsOf } from "./cells.ts";

/** What was seen at a moment: the lines of each terminal, from top to bottom. */
export interface Frame {
  readonly atMs: number;
  readonly lines: readonly string[];
}

export interface Look {
  readonly columns: number;
  readonly rows: number;
  /** Said by screen readers, and where no picture is shown. */
  readonly title: string;
  /** Lines above which a rule is drawn: where the next terminal begins. */
  readonly rules: readonly number[];
}

/**
 * Frames as one SVG that plays by itself, with no script, so that GitHub shows it in a README: they stand side by side,
 * and a strip with all of them jumps from one to the next. A line that comes again is drawn once and used again.
 */
export const animatedSvg = (frames: readonly Frame[], durationMs: number, look: Look): string => {
  const width = look.columns * cell.width + 2 * margin;
  const height = look.rows * cell.height + 2 * margin;
  const known = new Map<string, string>();
  const nameOf = (drawn: string): string => {
    const name = known.get(drawn) ?? `l${known.size.toString(36)}`;
    known.set(drawn, name);
    return name;
  };
  const shown = frames.map(({ lines }, index) => {
    const uses = lines.flatMap((line, row) => {
      const drawn = runsOf(line).map(textOf).join("");
      return drawn === "" ? [] : [`<use href="#${nameOf(drawn)}" y="${row * cell.height}"/>`];
    });
    return `<g transform="translate(${index * width})">${uses.join("")}</g>`;
  });
  const steps = frames.map(
    ({ atMs }, index) => `${percent(atMs / durationMs)}{transform:translateX(-${index * width}px)}`,
  );
  const last = (frames.length - 1) * width;
  const defs = [...known].map(([drawn, name]) => `<g id="${name}">${drawn}</g>`);
  const rules = look.rules.map((row) => {
    const y = margin + (row - 0.5) * cell.height;
    return `<path class="rule" d="M0 ${y}H${width}"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(look.title)}">
<style>${css}
@keyframes play{${steps.join("")}to{transform:translateX(-${last}px)}}
.strip{animation:play ${Math.round(durationMs)}ms step-end infinite}
@media(prefers-reduced-motion:reduce){.strip{animation:none;transform:translateX(-${last}px)}}</style>
<rect class="ground" width="${width}" height="${height}" rx="8"/>${rules.join("")}
<defs>${defs.join("\n")}</defs>
<svg x="${margin}" y="${margin}" width="${width - margin}" height="${height - margin}"><g class="strip">
${shown.join("\n")}
</g></svg></svg>
`;
};

/** Every stretch stands where the terminal had it, and is as wide, whatever font is there. */
const textOf = ({ column, columns, text, colour, bold, dim }: Run): string => {
  const classes = [colour?.[0], bold ? "bold" : null, dim ? "dim" : null].filter(
    (one) => one !== undefined && one !== null,
  );
  const look = classes.length === 0 ? "" : ` class="${classes.join(" ")}"`;
  const x = round(column * cell.width);
  const isWide = columns > [...text].length;
  const length = isWide ? "" : ` textLength="${round(columns * cell.width)}"`;
  return `<text x="${x}" y="${baseline}"${length}${look}>${escaped(text)}</text>`;
};

const round = (value: number): number => Math.round(value * 10) / 10;
const percent = (share: number): string => `${Math.round(share * 100_000) / 1_000}%`;
const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

const cell = { width: 8.4, height: 19 } as const;
const baseline = 14;
const margin = 14;

/** A terminal of its own, dark: it reads the same on a light page and on a dark one. */
const paint: Readonly<Record<Colour, string>> = {
  red: "#ff7b72",
  green: "#7ee787",
  yellow: "#e3b341",
  blue: "#79c0ff",
  magenta: "#d2a8ff",
  cyan: "#76e3ea",
};
const css = [
  ".ground{fill:#0d1117;stroke:#484f58}.rule{stroke:#484f58}",
  `text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;fill:#e6edf3;white-space:pre}`,
  ".bold{font-weight:bold}.dim{opacity:.65}",
  ...Object.entries(paint).map(([name, fill]) => `.${name[0]}{fill:${fill}}`),
].join("");
