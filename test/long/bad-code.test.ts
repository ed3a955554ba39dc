import test from "node:test";
import { assertTakenBack, type BadCode } from "../support/bad-code.ts";

const timeout = 120_000;

const bad: Readonly<Record<string, BadCode>> = {
  "crashes after a second": {
    source: `setTimeout(() => { throw new Error("on purpose"); }, 1000);`,
    ...{ said: /crashed/, windowSec: 30 },
  },
  "blocks its loop": {
    source: `let n = 0; app.use((q, s, next) => { if (n++ > 20) for (;;); next(); });`,
    ...{ said: /blocked its loop/, windowSec: 30 },
  },
  "never answers": { source: `app.use(() => undefined);`, said: /errors|answered nobody/, windowSec: 6 },
  "is many times slower": {
    source: `app.use((q, s, next) => setTimeout(next, 500));`,
    ...{ said: /response p95 is/, windowSec: 10 },
  },
};

for (const [what, code] of Object.entries(bad)) {
  test(`new code that ${what} is taken back by its gates, and users get back to the old`, { timeout }, (t) =>
    assertTakenBack(t, code),
  );
}
