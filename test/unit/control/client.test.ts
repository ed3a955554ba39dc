import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { createControlClient } from "../../../lib/control/client.ts";
import { DashdError } from "../../../lib/errors.ts";
import { homePaths, type HomePaths } from "../../../lib/home/paths.ts";
import type { Progress } from "../../../lib/protocol/control.ts";
import { outcome, startCanned, step, steps, temporaryDir } from "./canned.ts";

describe("the control client", () => {
  test("says that nothing runs, with the home it looked in", async (t) => {
    const paths = homePaths(join(temporaryDir(t), ".dashd"));
    await assert.rejects(createControlClient({ paths }).status(), (error: unknown) => {
      assert.ok(error instanceof DashdError && error.code === "E_NOT_RUNNING" && error.exitCode === 8);
      assert.equal(error.facts["home"], paths.dir);
      return true;
    });
  });

  for (const [what, answer] of [
    ["no HTTP", "hello\r\n\r\n"],
    ["no JSON", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"],
    ["another schema", 'HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n{"schemaVersion":2}'],
    ["half an answer", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"],
    ["a refusal that is none of ours", "HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\n{}"],
    ["nothing", ""],
  ] as const) {
    test(`calls ${what} E_CONTROL`, async (t) => {
      const paths = await answering(t, (socket) => socket.end(answer));
      await assert.rejects(createControlClient({ paths }).status(), isError("E_CONTROL"));
    });
  }

  test("waits for a silent master no longer than its deadline", async (t) => {
    const paths = await answering(t, () => undefined);
    const client = createControlClient({ paths, deadlines: { statusMs: 50, tellMs: 50, silenceMs: 50 } });
    await assert.rejects(client.status(), isError("E_TIMED_OUT"));
    await assert.rejects(collect(client.change(reload)), isError("E_TIMED_OUT"));
  });

  test("waits for a silent change as long as the master shows life", async (t) => {
    const late = async function* (): AsyncGenerator<Progress> {
      yield step();
      // Longer than several silences.
      await new Promise((resolve) => setTimeout(resolve, 200));
      yield outcome();
    };
    const { paths } = await startCanned(t, { change: () => Promise.resolve(late()) });
    const client = createControlClient({ paths, deadlines: { statusMs: 5000, tellMs: 5000, silenceMs: 20 } });
    assert.equal((await collect(client.change(reload))).at(-1)?.type, "outcome");
  });

  test("does not take a broken connection for the end of a change", async (t) => {
    const { paths } = await startCanned(t, { change: () => Promise.resolve(steps(step())) });
    await assert.rejects(collect(createControlClient({ paths }).change(reload)), isError("E_CONTROL"));
  });

  test("lets a stop end with the connection", async (t) => {
    const { paths } = await startCanned(t);
    assert.deepEqual(
      (await collect(createControlClient({ paths }).stop())).map(({ type }) => type),
      ["step"],
    );
  });

  test("leaves at once when told to detach", async (t) => {
    const never = async function* (): AsyncGenerator<Progress> {
      yield step();
      await new Promise(() => undefined);
    };
    const { paths } = await startCanned(t, { change: () => Promise.resolve(never()) });
    const detach = new AbortController();
    await assert.rejects(async () => {
      for await (const one of createControlClient({ paths }).change(reload, detach.signal)) {
        assert.equal(one.type, "step");
        detach.abort();
      }
    }, isError("E_CONTROL"));
  });
});

const reload = { kind: "reload", by: "me", reason: null } as const;

const isError = (code: string) => (error: unknown) =>
  error instanceof DashdError
    ? error.code === code || assert.fail(`${error.code} ${JSON.stringify(error.facts)}`)
    : false;

const collect = async (progress: AsyncIterable<Progress>): Promise<readonly Progress[]> => {
  const all: Progress[] = [];
  for await (const one of progress) all.push(one);
  return all;
};

/** Something else than dashd on the control socket. */
const answering = async (t: TestContext, serve: (socket: Socket) => void): Promise<HomePaths> => {
  const paths = homePaths(join(temporaryDir(t), ".dashd"));
  mkdirSync(paths.dir);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    serve(socket);
  }).listen(paths.controlSocket);
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, "listening");
  return paths;
};
