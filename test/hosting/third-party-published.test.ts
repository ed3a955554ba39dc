import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { tryProgram, type Program } from "../support/program-trial.ts";
import { scratchDir } from "../support/scratch.ts";
import { thirdParty } from "../support/third-party.ts";

const timeout = 300_000;

const shops = Array.from({ length: 30 }, (_, n) => ({ id: n + 1, city: n % 2 === 0 ? "Kunming" : "Dali" }));
const oneShop = JSON.stringify(shops[1], null, 2);
const notes = "Three shops in Kunming, two in Dali.\nThe one in Lijiang opens in spring.\n";
const files: Program["asks"] = [
  { path: "/notes.txt", status: 200, answer: notes },
  { method: "HEAD", path: "/notes.txt", status: 200 },
  { path: "/notes.txt", headers: { range: "bytes=0-4" }, status: 206, answer: "Three" },
  { path: "/none.txt", status: 404 },
];
const load = { path: "/notes.txt", body: notes };

/** Servers as they are published, by the file that their `bin` names. */
const servers: Readonly<Record<string, (dir: string) => Program>> = {
  "json-server": (dir) => {
    writeFileSync(join(dir, "db.json"), JSON.stringify({ shops }));
    return {
      app: thirdParty("node_modules/json-server/lib/cli/bin.js"),
      args: ["db.json", "--read-only", "--quiet"],
      portArgs: (port) => ["--port", String(port)],
      asks: [
        { path: "/", status: 200, answer: /JSON Server/ },
        { path: "/style.css", status: 200 },
        { path: "/shops/2", status: 200, answer: oneShop },
        { path: "/shops?city=Kunming&_limit=4", status: 200, answer: /"id": 7/ },
        { path: "/nothing", status: 404, answer: "{}" },
        { method: "POST", path: "/shops", body: "{}", status: 403 },
      ],
      load: { path: "/shops/2", body: oneShop },
    };
  },
  serve: () => ({
    app: thirdParty("node_modules/serve/build/main.js"),
    args: [thirdParty("public"), "--no-clipboard"],
    asks: [{ path: "/", status: 200, answer: /notes\.txt/ }, ...files],
    load,
  }),
  "sirv-cli, which looks for a free port first": () => ({
    app: thirdParty("node_modules/sirv-cli/bin.js"),
    args: [thirdParty("public"), "--etag", "--quiet"],
    asks: files,
    load,
  }),
  "http-server": () => ({
    app: thirdParty("node_modules/http-server/bin/http-server"),
    args: [thirdParty("public"), "--silent"],
    asks: files,
    load,
  }),
};

for (const [name, server] of Object.entries(servers)) {
  test(`${name}, as published: answers as by plain node, a reload and a killed worker`, { timeout }, (t) => {
    const dir = scratchDir(t);
    return tryProgram(t, { dir, ...server(dir) });
  });
}
