import { createHash } from "node:crypto";
import { shippedSha256 } from "./shipped-sha256.ts";

/** Whether this is the text of a stage as the package ships it. */
export const isShipped = (text: string): boolean => shippedSha256.includes(sha256(text));

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
