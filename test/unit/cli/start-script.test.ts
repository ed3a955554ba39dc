import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readStartScript } from "../../../lib/cli/start-script.ts";

describe("scripts.start", () => {
  it("of the form `node [flags] file [arguments]` is taken apart", () => {
    for (const [script, execArgv, file, args] of [
      ["node x.js", [], "x.js", []],
      ["node ./bin/www", [], "./bin/www", []],
      ["  node   --import tsx  server.ts ", ["--import", "tsx"], "server.ts", []],
      ["node --import=tsx server.ts", ["--import=tsx"], "server.ts", []],
      ["node -r dotenv/config x.js arg --flag -r", ["-r", "dotenv/config"], "x.js", ["arg", "--flag", "-r"]],
      [
        "node --max-old-space-size=4096 --env-file .env .",
        ["--max-old-space-size=4096", "--env-file", ".env"],
        ".",
        [],
      ],
      ["node --enable-source-maps -- dist/main", ["--enable-source-maps"], "dist/main", []],
      [`node x.js "two words" 'and $three'`, [], "x.js", ["two words", "and $three"]],
      ["node.exe x.js", [], "x.js", []],
    ] as const) {
      assert.deepEqual(readStartScript(script), { kind: "node", execArgv, file, args }, script);
    }
  });

  it("that needs a shell, another program, or no file is not", () => {
    for (const script of [
      ...["node a.js && node b.js", "node a.js; true", "node a.js | pino", "node a.js > log", "node a.js &"],
      ...["NODE_ENV=production node x.js", "node $APP", 'node "$APP"', "node `which app`", "node *.js", "node ~/x.js"],
      ...[
        "next start",
        "ts-node server.ts",
        "tsx server.ts",
        "nodemon x.js",
        "cross-env A=b node x.js",
        "npm run serve",
      ],
      ...[
        "node",
        "",
        "node -e 1",
        "node -p x.js",
        "node --watch x.js",
        "node --watch-path=. x.js",
        "node --inspect=0 x.js",
      ],
      ...["node --test", "node --inspect-brk x.js", "node 'x.js"],
    ]) {
      assert.deepEqual(readStartScript(script), { kind: "other" }, script);
    }
  });
});
