import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterwards, type Cleanup } from "./afterwards.ts";
import { missingWith, unpackDebian } from "./debian-binary.ts";

/**
 * Why no Chromium can be started here, for `test("…", { skip: chromiumMissing() }, …)`; false where one can. The first
 * call of a machine may download it. On CI a missing one is a failure, not a skip.
 */
export const chromiumMissing = (): string | false => {
  if (process.env["CI"] === "true") return false;
  try {
    findChromium();
    return false;
  } catch (error) {
    return `no chromium: ${String(error)}`;
  }
};

/** A real Chromium without a window; ended with the test. */
export const startChromium = async (t: Cleanup): Promise<Browser> => {
  const { program, libraries } = findChromium();
  const browser = await chromium.launch({
    executablePath: program,
    // Root needs --no-sandbox.
    args: [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), "--disable-quic", "--disable-dev-shm-usage"],
    env: { ...definedOnly(process.env), ...(libraries === null ? {} : { LD_LIBRARY_PATH: libraries }) },
    timeout: 120_000,
  });
  afterwards(t, () => browser.close());
  return browser;
};

interface Found {
  readonly program: string;
  /** Where its libraries are, when it was unpacked and not installed. */
  readonly libraries: string | null;
}

const findChromium = (): Found => {
  for (const dir of (process.env["PATH"] ?? "").split(delimiter)) {
    for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
      const program = join(dir, name);
      if (dir !== "" && existsSync(program)) return { program, libraries: null };
    }
  }
  const root = unpackDebian(missingWith("chromium"), "chromium-and-what-it-needs");
  return {
    program: join(root, "usr/lib/chromium/chromium"),
    libraries: [join(root, "usr/lib/x86_64-linux-gnu"), join(root, "usr/lib/aarch64-linux-gnu")].join(delimiter),
  };
};

const definedOnly = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
