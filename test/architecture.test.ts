import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { type Import, loadedBy, readImports, readSources } from "./architecture/import-graph.ts";
import {
  clientFile,
  groundFiles,
  heldBack,
  keepers,
  keptLight,
  type RoomName,
  roomNames,
  rooms,
  wordsAtTheEdge,
} from "./architecture/rooms.ts";

const root = path.resolve(import.meta.dirname, "..");
const files = readSources(root, ["bin", "lib"]);
const imports = readImports(root, ["bin", "lib"]);

test("every file stands in a room that has a row with its reason", () => {
  assert.deepEqual(
    files.filter((file) => roomOf(file) === null),
    [],
  );
});

test("an import stays in its room or goes where the row of its room says", () => {
  const strays = imports.filter(({ from, to, ours }) => ours && !allowed(roomOf(from), roomOf(to)));
  assert.deepEqual(strays.map(sentence), []);
});

test("a lower room puts words only at its edge", () => {
  const strays = imports.filter(({ from, to }) => {
    const room = roomOf(from);
    const edge = room === null ? undefined : wordsAtTheEdge[room];
    return edge !== undefined && to.startsWith("lib/words/") && !edge.includes(from);
  });
  assert.deepEqual(strays.map(sentence), []);
});

test("the rows themselves point down only", () => {
  const up = roomNames.flatMap((room, height) =>
    rooms[room].mayImport.filter((other) => roomNames.indexOf(other) <= height).map((other) => `${room} → ${other}`),
  );
  assert.deepEqual(up, []);
});

test("the map in lib/README.md names every room with the same reason", () => {
  const map = readFileSync(path.join(root, "lib/README.md"), "utf8");
  assert.deepEqual(
    roomNames.filter((room) => !map.includes(`| \`${room}\` | ${rooms[room].reason} |`)),
    [],
  );
});

test("every row has its room", () => {
  assert.deepEqual(
    roomNames.filter((room) => !files.some((file) => roomOf(file) === room)),
    [],
  );
});

test("master and worker never reach each other, not even through a third", () => {
  assert.deepEqual(reached("lib/master/main.ts", "lib/worker/"), []);
  assert.deepEqual(reached("lib/worker/main.ts", "lib/master/"), []);
});

test("the entries this test begins from are there", () => {
  const entries = ["lib/master/main.ts", ...Object.keys(keptLight)];
  assert.deepEqual(
    entries.filter((entry) => !files.includes(entry)),
    [],
  );
});

test("winston, throng and node:cluster each have one keeper", () => {
  const strays = imports.filter(({ from, to, kind }) => kind !== "types" && !(keepers[to] ?? [from]).includes(from));
  assert.deepEqual(strays.map(sentence), []);
});

for (const [entry, heavy] of Object.entries(keptLight)) {
  test(`${entry} loads none of ${heavy.join(", ")}`, () => {
    const loaded = loadedBy(imports, entry, true);
    assert.deepEqual(
      heavy.flatMap((name) => loaded.get(name) ?? []),
      [],
    );
  });
}

for (const [entry, folders] of Object.entries(heldBack)) {
  test(`${entry} loads nothing of ${folders.join(", ")} until it is asked for`, () => {
    const loaded = [...loadedBy(imports, entry, false).keys()];
    assert.deepEqual(
      loaded.filter((file) => folders.some((folder) => file.startsWith(folder))),
      [],
    );
  });
}

const roomOf = (file: string): RoomName | null => {
  const [top, room, ...rest] = file.split("/");
  if (top === "bin") return "bin";
  if (top !== "lib" || room === undefined) return null;
  if (rest.length === 0) return room === "index.ts" ? "index" : groundFiles.includes(room) ? "ground" : null;
  if (room === "control") return clientFile.test(rest.join("/")) ? "control/client" : "control/server";
  return roomNames.find((name) => name === room) ?? null;
};

const allowed = (from: RoomName | null, to: RoomName | null): boolean =>
  from === to || (from !== null && to !== null && rooms[from].mayImport.includes(to));

const reached = (entry: string, place: string): readonly string[] =>
  [...loadedBy(imports, entry, true)].filter(([file]) => file.startsWith(place)).map(([, way]) => way);

const sentence = ({ from, to, line }: Import): string => `${from}:${line} imports ${to}`;
