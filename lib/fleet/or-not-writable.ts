import { DashdError } from "../errors.ts";
import { foundWhat } from "../home/home-error.ts";

/** Puts files into a folder; what the system refuses there is E_NOT_WRITABLE {path, found}. */
export const orNotWritable = (dir: string, put: () => void): void => {
  try {
    put();
  } catch (error) {
    throw new DashdError("E_NOT_WRITABLE", { path: dir, found: foundWhat(error) }, { cause: error });
  }
};
