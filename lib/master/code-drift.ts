import { createAppWatch, type AppIdentity } from "./app-identity.ts";

/** Whether the code on disk is another than the one that is served; a reload makes it the same. */
export interface CodeDrift {
  /** Looks, and knows soon after. */
  look(served: AppIdentity): void;
  /** As the last look found it; of what was served then. */
  isOutdated(app: AppIdentity): boolean;
}

export const createCodeDrift = (): CodeDrift => {
  const differsOnDisk = createAppWatch("on-disk");
  let outdated: string | null = null;
  return {
    look: (served) => {
      void differsOnDisk(served).then((differs) => {
        outdated = differs ? served.fingerprint : null;
      });
    },
    isOutdated: ({ fingerprint }) => outdated === fingerprint,
  };
};
