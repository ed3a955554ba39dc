import { z } from "zod";
import { DashdError, type Message } from "../errors.ts";
import { readJsonFile } from "../read-file.ts";
import { schemaFaults } from "../profile/schema-faults.ts";
import type { RequestSpec, Scenario, ThinkTime } from "./plan.ts";

/**
 * A scenario file: `{ "thinkSec": 5, "requests": [{ "path": "/report", "weight": 3, "with": ["/api/sales"] }] }`. Each
 * visit is one of the requests, chosen by weight, and what stands in its `with`. Throws E_SCENARIO with every fault.
 */
export const readScenario = (file: string, think: ThinkTime): Scenario => {
  const read = readJsonFile(file);
  if ("fault" in read) throw notAScenario(file, [read.fault]);
  const parsed = scenarioSchema.safeParse(read.value);
  if (!parsed.success) throw notAScenario(file, schemaFaults(scenarioSchema, parsed.error.issues, read.value, file));
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

const pathSchema = z.string().startsWith("/").max(4_096).meta({ kind: "request-path" });

const requestSchema = z.strictObject({
  method: z
    .string()
    .regex(/^[A-Z]{1,20}$/)
    .meta({ kind: "http-method" })
    .default("GET"),
  path: pathSchema,
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
          .array(z.union([pathSchema, requestSchema]))
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

const notAScenario = (file: string, details: readonly Message[]): DashdError =>
  new DashdError("E_SCENARIO", { file, count: details.length }, { details });
