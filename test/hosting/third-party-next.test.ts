import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import test from "node:test";
import { tryProgram, type Program } from "../support/program-trial.ts";
import { builtProgram, thirdParty } from "../support/third-party.ts";

const timeout = 300_000;

/** One of those that a page loads, with a name of this build. */
const script = (): string =>
  readdirSync(join(built(), ".next/static/chunks")).find((name) => name.endsWith(".js")) ?? "";

const asks = (): Program["asks"] => [
  { path: "/", status: 200, answer: /<h1>Shops of Yunnan<\/h1>/ },
  { method: "HEAD", path: "/", status: 200 },
  { path: "/shops/2", status: 200, answer: /<h1>Dali<\/h1>/ },
  { path: "/shops/9", status: 404 },
  { path: "/none", status: 404 },
  { path: `/_next/static/chunks/${script()}`, status: 200 },
  { path: "/notes.txt", status: 200, answer: /^Three shops in Kunming/ },
  {
    method: "POST",
    path: "/api/orders",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ shop: "昆明" }),
    status: 201,
    answer: JSON.stringify({ id: 7, shop: "昆明" }),
  },
];
const load = { path: "/api/process", thinkMs: 100 };

/** The three ways in which Next's documentation runs a production build by itself. */
const ways: Readonly<Record<string, () => Omit<Program, "asks" | "load">>> = {
  "a custom server": () => ({ app: join(built(), "server.js"), dir: built() }),
  "the standalone output's server": () => ({
    app: join(built(), ".next/standalone/.built", basename(built()), "server.js"),
  }),
  "`next start`": () => ({ app: thirdParty("node_modules/next/dist/bin/next"), args: ["start", built()] }),
};

const built = (): string => builtProgram("next");

for (const [name, way] of Object.entries(ways)) {
  test(
    `a Next.js production build by ${name}: answers as by plain node, a reload and a killed worker`,
    { timeout },
    (t) => tryProgram(t, { ...way(), asks: asks(), load }),
  );
}
