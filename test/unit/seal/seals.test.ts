import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { DashdError } from "../../../lib/errors.ts";
import { createSeals } from "../../../lib/seal/seals.ts";
import { scratchDir } from "../../support/scratch.ts";

const setUp = (t: TestContext, files: Readonly<Record<string, string>>, keep: readonly string[] = []) => {
  const dir = realpathSync(scratchDir(t));
  const folder = join(dir, "app");
  const home = join(folder, ".home");
  mkdirSync(home, { recursive: true });
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  const seals = createSeals({ dir: join(home, "sealed"), home, keep });
  const code = Object.keys(files)
    .filter((name) => name.endsWith(".js") && !name.includes("node_modules"))
    .map((name) => join(folder, name));
  const seal = (at = folder) => seals.seal({ folder: at, code });
  return { dir, folder, home, write, seals, seal, copies: () => readdirSync(join(home, "sealed")) };
};

const app = {
  "package.json": '{"name":"shop"}',
  "server.js": "one",
  "views/page.html": "<p>one</p>",
  "node_modules/x/index.js": "x one",
};

/** `of(name)`: what the copy has there. */
const textIn = (sealed: { at(path: string): string | null }, path: string): string =>
  readFileSync(sealed.at(path) ?? "/nowhere", "utf8");

describe("a sealed copy", () => {
  it("has code, pages and what was installed, and keeps them when the original is overwritten in place or deleted", async (t) => {
    const { folder, seal, write } = setUp(t, app);
    const sealed = await seal();
    for (const name of ["server.js", "views/page.html", "node_modules/x/index.js"]) {
      write(name, "other");
      appendFileSync(join(folder, name), " and more");
    }
    assert.equal(textIn(sealed, join(folder, "server.js")), "one");
    assert.equal(textIn(sealed, join(folder, "views/page.html")), "<p>one</p>");
    assert.equal(textIn(sealed, join(folder, "node_modules/x/index.js")), "x one");
    rmSync(join(folder, "node_modules"), { recursive: true });
    assert.equal(textIn(sealed, join(folder, "node_modules/x/index.js")), "x one");
  });

  it("shares files with the copy before, and none with the original", async (t) => {
    const { folder, seal, write } = setUp(t, app);
    const first = await seal();
    write("server.js", "two");
    const second = await seal();
    assert.notEqual(second.name, first.name);
    const inode = (path: string | null) => statSync(path ?? "/nowhere").ino;
    const installed = join(folder, "node_modules/x/index.js");
    assert.equal(inode(second.at(installed)), inode(first.at(installed)));
    assert.notEqual(inode(second.at(installed)), inode(installed));
    assert.equal(textIn(second, join(folder, "server.js")), "two");
    assert.equal(textIn(first, join(folder, "server.js")), "one");
  });

  it("of another release shares what was installed there with the copy before", async (t) => {
    const { dir, folder, seal } = setUp(t, app);
    const first = await seal();
    const next = join(dir, "next");
    cpSync(folder, next, { recursive: true, preserveTimestamps: true, filter: (path) => !path.includes(".home") });
    writeFileSync(join(next, "server.js"), "two");
    const second = await seal(next);
    const inode = (path: string | null) => statSync(path ?? "/nowhere").ino;
    const inFirst = inode(first.at(join(folder, "node_modules/x/index.js")));
    assert.equal(inode(second.at(join(next, "node_modules/x/index.js"))), inFirst);
    assert.equal(textIn(second, join(next, "server.js")), "two");
  });

  it("is the same one while nothing changes, and again when the code is what it was", async (t) => {
    const { seal, write, copies } = setUp(t, app);
    const first = await seal();
    assert.equal((await seal()).name, first.name);
    write("views/page.html", "<p>two</p>");
    const second = await seal();
    assert.notEqual(second.name, first.name, "a page counts, though it is no code");
    write("views/page.html", "<p>one</p>");
    assert.equal((await seal()).name, first.name);
    assert.equal(copies().length, 2);
  });

  it("leaves data where it is: databases, logs, folders that people fill, and what is named", async (t) => {
    const data = { "shop.sqlite": "rows", "uploads/a.png": "png", "notes/n.json": "[]", "data/seed.js": "code" };
    const { folder, seal, write } = setUp(t, { ...app, ...data }, ["notes", "inbox"]);
    const sealed = await seal();
    for (const name of ["shop.sqlite", "uploads/a.png", "notes/n.json"]) {
      const path = join(folder, name);
      write(name, "written later");
      assert.equal(textIn(sealed, path), "written later", name);
    }
    writeFileSync(join(sealed.at(join(folder, "inbox")) ?? "", "letter"), "hello");
    assert.equal(readFileSync(join(folder, "inbox/letter"), "utf8"), "hello", "made where it was named and missing");
    write("data/seed.js", "other");
    assert.equal(textIn(sealed, join(folder, "data/seed.js")), "code", "a folder that holds code is code");
  });

  it("never has the home in it, nor what belongs to git", async (t) => {
    const { folder, seal } = setUp(t, { ...app, ".git/HEAD": "ref" });
    const root = (await seal()).at(folder) ?? "";
    assert.deepEqual(readdirSync(root).sort(), ["node_modules", "package.json", "server.js", "views"]);
  });

  it("of a workspace has the modules above the package, and the packages that are linked from there", async (t) => {
    const { dir, folder, home, seals } = setUp(t, {
      "package.json": "{}",
      "node_modules/x/index.js": "x",
      "packages/board/package.json": "{}",
      "packages/board/server.js": "board",
      "packages/shared/package.json": "{}",
      "packages/shared/index.js": "shared one",
      "packages/other/index.js": "other",
    });
    mkdirSync(join(folder, "node_modules/@mono"));
    symlinkSync("../../packages/shared", join(folder, "node_modules/@mono/shared"));
    const board = join(folder, "packages/board");
    const sealed = await seals.seal({ folder: board, code: [join(board, "server.js")] });
    const shared = join(folder, "node_modules/@mono/shared/index.js");
    writeFileSync(join(folder, "packages/shared/index.js"), "shared two");
    assert.equal(textIn(sealed, shared), "shared one", "a package of the workspace is a dependency");
    assert.equal(readlinkSync(sealed.at(dirname(shared)) ?? ""), "../../packages/shared");
    assert.equal(textIn(sealed, join(folder, "node_modules/x/index.js")), "x");
    assert.equal(textIn(sealed, join(folder, "packages/other/index.js")), "other", "what lies beside is linked to");
    assert.ok((sealed.at(board) ?? "").startsWith(home) && dir !== home);
  });
});

describe("what the app wrote into its copy", () => {
  it("does not get into the next one, which is made from the original", async (t) => {
    const { folder, seal, write } = setUp(t, app);
    const page = join(folder, "views/page.html");
    const first = await seal();
    chmodSync(first.at(page) ?? "", 0o600);
    writeFileSync(first.at(page) ?? "", "<p>written by the app</p>");
    write("server.js", "two");
    assert.equal(textIn(await seal(), page), "<p>one</p>");
    assert.equal(textIn(first, page), "<p>written by the app</p>");
  });
});

describe("a copy that is not whole", () => {
  it("is never used: half made, cut, or with something missing", async (t) => {
    const { folder, home, seals, seal, copies } = setUp(t, app);
    mkdirSync(join(home, "sealed", ".new-0123", "tree"), { recursive: true });
    const sealed = await seal();
    assert.deepEqual(copies(), [sealed.name], "what a crash left is gone");
    assert.notEqual(await seals.open(sealed.name), null);

    rmSync(sealed.at(join(folder, "node_modules/x/index.js")) ?? "");
    assert.equal(await seals.open(sealed.name), null, "something is missing");
    const again = await seal();
    assert.equal(again.name, sealed.name);
    assert.notEqual(await seals.open(sealed.name), null, "it was made anew");

    const page = again.at(join(folder, "views/page.html")) ?? "";
    chmodSync(page, 0o600);
    truncateSync(page, 0);
    assert.equal(await seals.open(sealed.name), null, "a power cut empties files");
    assert.equal(await seals.open("../../x"), null);
  });

  it("is one whose code was changed, even under its old time; what the app wrote beside it is put away, not deleted", async (t) => {
    const { folder, home, seals, seal, copies } = setUp(t, app);
    const sealed = await seal();
    const code = sealed.at(join(folder, "server.js")) ?? "";
    const { atime, mtime } = statSync(code);
    chmodSync(code, 0o644);
    writeFileSync(code, "eno");
    utimesSync(code, atime, mtime);
    writeFileSync(sealed.at(join(folder, "orders.json")) ?? "", "[1]");
    assert.equal(await seals.open(sealed.name), null);
    const again = await seal();
    assert.equal(textIn(again, join(folder, "server.js")), "one");
    const away = copies().find((name) => name.startsWith(`${sealed.name}.`)) ?? "";
    assert.equal(readFileSync(join(home, "sealed", away, "tree", "orders.json"), "utf8"), "[1]");
  });

  it("is not left behind where it cannot be made", async (t) => {
    const { home, seals, seal, write } = setUp(t, app);
    await seal();
    write("server.js", "two");
    const bad = seals.seal({ folder: join(home, "nowhere"), code: [] });
    await assert.rejects(
      bad,
      (error) => error instanceof DashdError && error.code === "E_SEAL" && error.exitCode === 6,
    );
    assert.ok(readdirSync(join(home, "sealed")).every((name) => !name.startsWith(".new-")));
  });
});

describe("old copies", () => {
  it("are removed unless they are named, or somebody wrote into them", async (t) => {
    const { folder, seals, seal, write, copies } = setUp(t, app);
    const names: string[] = [];
    for (const text of ["1", "2", "3"]) {
      write("server.js", text);
      const sealed = await seal();
      names.push(sealed.name);
      if (text === "2") writeFileSync(sealed.at(join(folder, "orders.json")) ?? "", "[]");
    }
    const [first = "", second = "", third = ""] = names;
    assert.deepEqual(await seals.writtenInto(second), ["orders.json"]);
    assert.deepEqual(await seals.writtenInto(third), []);
    await seals.prune(new Set([third]));
    assert.ok(!copies().includes(first));
    assert.deepEqual(copies().sort(), [second, third].sort());
    assert.ok(existsSync(join(folder, "server.js")));
  });
});
