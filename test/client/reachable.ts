import { isNoAnswer, openConnection } from "./connection.ts";

/** Does anybody listen there? */
export const isListening = async (port: number): Promise<boolean> => {
  const opened = await openConnection(port, { timeoutMs: 2_000 });
  if (isNoAnswer(opened)) return false;
  opened.close();
  return true;
};
