import { type Counts, countUpTo, totalMsOf, totalOf } from "../histogram.ts";

/** One metric with its values, as prom-client writes it down. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly values: readonly Sample[];
}

export interface Sample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  /** Where it is not the family's own. */
  readonly metricName?: string;
}

export const gauge = (name: string, help: string, values: readonly Sample[]): Family => ({
  ...{ name, help, values },
  type: "gauge",
});

export const counter = (name: string, help: string, values: readonly Sample[]): Family => ({
  ...{ name, help, values },
  type: "counter",
});

/** One value; none where it is unknown. */
export const one = (value: number | null, labels: Sample["labels"] = {}): readonly Sample[] =>
  value === null ? [] : [{ value, labels }];

export const histogram = (name: string, help: string, counts: Counts): Family => {
  const count = totalOf(counts);
  return {
    ...{ name, help },
    type: "histogram",
    values: [
      ...edgesMs.map((edgeMs) => ({
        metricName: `${name}_bucket`,
        labels: { le: edgeMs / 1_000 },
        value: countUpTo(counts, edgeMs),
      })),
      { metricName: `${name}_bucket`, labels: { le: "+Inf" }, value: count },
      { metricName: `${name}_sum`, labels: {}, value: totalMsOf(counts) / 1_000 },
      { metricName: `${name}_count`, labels: {}, value: count },
    ],
  };
};

/** Edges of our own buckets, so that no count is a guess: powers of two, and from 64 ms on half-ways too. */
const edgesMs: readonly number[] = [
  ...[1, 2, 4, 8, 16, 32, 64, 96, 128, 192, 256, 384, 512, 768],
  ...[1024, 1536, 2048, 3072, 4096, 6144, 8192, 16_384, 32_768, 65_536, 131_072],
];
