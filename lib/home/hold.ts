import type { ProcessIdentity } from "../host/process-identity.ts";

/** One way of being the only one. null: somebody else holds the folder. */
export type Hold = (dir: string, owner: ProcessIdentity) => Promise<Held | null>;

export interface Held {
  release(): Promise<void>;
}
