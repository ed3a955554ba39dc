import { z } from "zod";
import type { Facts } from "../errors.ts";

/**
 * What a field may be, as facts for the sentence of a fault: the whole rule of the field, whichever part of it was broken.
 * Only computed once there is a fault to explain.
 */
export const allowedAt = (schema: z.ZodType, path: string): Facts => describe(nodeAt(schema, path));

/** Names that an object may have there. */
export const keysAt = (schema: z.ZodType, path: string): readonly string[] =>
  branchesOf(nodeAt(schema, path)).flatMap((branch) => Object.keys(branch.properties ?? {}));

/** The part of JSON Schema that zod writes for our definition. */
interface Node {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly anyOf?: readonly Node[];
  /** As its definition says: a kind of the catalogue that says more than the type does. */
  readonly kind?: string;
}

const describe = (node: Node): Facts => {
  const branches = branchesOf(node);
  const orNull = branches.some(({ type }) => type === "null");
  const orWord = branches.length > 1 ? (branches.find((branch) => branch.const !== undefined)?.const ?? null) : null;
  const main =
    branches.find((branch) => branch.type !== "null" && (orWord === null || branch.const === undefined)) ?? node;
  return {
    kind: kindOf(main),
    min: main.minimum ?? null,
    max: main.maximum ?? null,
    choices: main.const === undefined ? (main.enum ?? []) : [main.const],
    orNull,
    orWord,
  };
};

const kindOf = (node: Node): string => {
  if (node.enum !== undefined || node.const !== undefined) return "choice";
  return node.kind ?? node.type ?? "value";
};

const nodeAt = (schema: z.ZodType, path: string): Node =>
  path
    .split(/[.[\]]+/)
    .filter((key) => key !== "")
    .reduce<Node>((node, key) => {
      const branches = branchesOf(node);
      return (
        branches.map((branch) => branch.properties?.[key] ?? branch.items).find((found) => found !== undefined) ?? {}
      );
    }, rootNode(schema));

const branchesOf = (node: Node): readonly Node[] => node.anyOf ?? [node];

/** zod types the whole of JSON Schema; the part that it writes for us is {@link Node}. */
const rootNode = (schema: z.ZodType): Node => JSON.parse(JSON.stringify(z.toJSONSchema(schema))) as Node;
