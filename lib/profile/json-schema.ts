import { z } from "zod";
import { profileSchema } from "./schema.ts";

/**
 * The JSON Schema of a profile for editors, from the same definition that dashd checks with. A profile that extends
 * another needs only `stage`, `why` and the fields it changes; rules across fields are left to dashd.
 */
export const profileJsonSchema = (): object => {
  const { $schema, ...whole } = z.toJSONSchema(profileSchema, { target: "draft-2020-12" });
  return {
    $schema,
    title: "A stage of dashd",
    if: { type: "object", required: ["extends"] },
    then: { $ref: "#/$defs/extending" },
    else: { $ref: "#/$defs/whole" },
    $defs: { whole, extending: { ...object(withoutRequired(whole)), required: ["stage", "why", "extends"] } },
  };
};

/** Drops `required` from objects that are merged field by field; items of lists are replaced whole and keep it. */
const withoutRequired = (node: unknown): unknown => {
  if (Array.isArray(node)) return node.map(withoutRequired);
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => key !== "required")
      .map(([key, value]) => [key, key === "items" ? value : withoutRequired(value)]),
  );
};

const object = (value: unknown): object => (typeof value === "object" && value !== null ? value : {});
