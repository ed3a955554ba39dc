import { readFileSync } from "node:fs";
import { z } from "zod";
import { DashdError } from "../errors.ts";
import type { RequestSpec, Scenario, ThinkTime } from "./plan.ts";

/**
 * A scenario file: `{ "thinkSec": 5, "requests": [{ "path": "/report", "weight": 3, "with": ["/api/sales"] }] }`. Each
 * visit is one of the requests, chosen by weight, and what stands in its `with`. Throws E_USAGE with every fault.
 */
export const readScenario = (file: string, think: ThinkTime): Scenario => {
  const parsed = scenarioSchema.safeParse(contentOf(file));
  if (!parsed.success) {
    const found = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "file"}: ${message}`).join("; ");
    throw notAScenario(file, found, parsed.error);
  }
  const { requests, thinkSec } = parsed.data;
  return {
    from: "file",
    visits: requests.map(({ weight, thinkSec: own = thinkSec, with: parts, ...document }) => ({
      weight,
      think: own === undefined ? think : { ...think, medianMs: own * 1_000 },
      document: specOf(document),
      parts: parts.map((part) => specOf(typeof part === "string" ? requestSchema.parse({ path: part }) : part)),
    })),
  };
};

const requestSchema = z.strictObject({
  method: z
    .string()
    .regex(/^[A-Z]{1,20}$/)
    .default("GET"),
  path: z.string().startsWith("/").max(4_096),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().max(1_000_000).optional(),
  expect: z
    .strictObject({ status: z.int().min(100).max(599).optional(), contains: z.string().min(1).optional() })
    .default({}),
});

const scenarioSchema = z.strictObject({
  thinkSec: z.number().min(0).max(3_600).optional(),
  requests: z
    .array(
      requestSchema.extend({
        weight: z.number().min(0.001).max(1_000_000).default(1),
        thinkSec: z.number().min(0).max(3_600).optional(),
        with: z
          .array(z.union([z.string().startsWith("/").max(4_096), requestSchema]))
          .max(100)
          .default([]),
      }),
    )
    .min(1)
    .max(1_000),
});

const specOf = ({ method, path, headers, body, expect }: z.infer<typeof requestSchema>): RequestSpec => ({
  ...{ method, path, headers, body: body ?? null },
  expect: { status: expect.status ?? null, contains: expect.contains ?? null },
});

const contentOf = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw notAScenario(file, error instanceof Error ? error.message : String(error), error);
  }
};

const notAScenario = (file: string, found: string, cause: unknown): DashdError =>
  new DashdError(
    "E_USAGE",
    { found: `--scenario ${file} (${found})`, expected: "cli.expected-scenario" },
    { hint: "dashd load --help", cause },
  );
