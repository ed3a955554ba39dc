import { join } from "node:path";
import test from "node:test";
import { repositoryDir } from "../support/apps.ts";
import type { Ask } from "../support/like-stock.ts";
import { tryProgram, type Program } from "../support/program-trial.ts";
import { builtProgram, thirdParty } from "../support/third-party.ts";

const timeout = 300_000;

const json = { "content-type": "application/json" };
const order: Ask = {
  method: "POST",
  path: "/orders",
  headers: json,
  body: JSON.stringify({ shop: "昆明" }),
  status: 201,
  answer: JSON.stringify({ id: 7, shop: "昆明" }),
};
const notes: readonly Ask[] = [
  { path: "/static/notes.txt", status: 200, answer: /^Three shops in Kunming/ },
  { path: "/static/notes.txt", headers: { range: "bytes=0-4" }, status: 206, answer: "Three" },
  { method: "HEAD", path: "/static/notes.txt", status: 200 },
  { path: "/static/none.txt", status: 404 },
];
const report: Ask = { path: "/report", status: 200, answer: /^shop,sales\nKunming,12\n/ };
const pem = (name: string): string => join(repositoryDir, "test/fixtures/tls", name);
const load = { path: "/process" };

const programs: Readonly<Record<string, () => Omit<Program, "load"> & Partial<Program>>> = {
  "Express 4": () => ({
    app: thirdParty("express-4/server.js"),
    asks: [
      { path: "/", status: 200, answer: "Hello World!" },
      { method: "HEAD", path: "/", status: 200 },
      { path: "/none", status: 404, answer: /Cannot GET \/none/ },
      order,
      { ...order, body: "{ no json", status: 500, answer: "Something broke!" },
      { path: "/old", status: 301, answer: /Redirecting to \// },
      { path: "/broken", status: 500, answer: "Something broke!" },
      ...notes,
      report,
      { path: "/report", headers: { "accept-encoding": "gzip" }, status: 200 },
    ],
  }),
  "Express 5": () => ({
    app: thirdParty("express-5/server.js"),
    asks: [
      { path: "/", status: 200, answer: "<h1>Hello World!</h1>" },
      { method: "HEAD", path: "/", status: 200 },
      { path: "/none", status: 404, answer: /Cannot GET \/none/ },
      order,
      { path: "/broken", status: 500, answer: "Something broke!" },
      ...notes,
      report,
    ],
  }),
  Fastify: () => ({
    app: thirdParty("fastify/server.js"),
    asks: [
      { path: "/", status: 200, answer: '{"hello":"world"}' },
      { method: "HEAD", path: "/", status: 200 },
      { path: "/none", status: 404, answer: /Route GET:\/none not found/ },
      order,
      { ...order, body: "{}", status: 400, answer: /must have required property 'shop'/ },
      ...notes,
      report,
    ],
  }),
  Koa: () => ({
    app: thirdParty("koa/app.js"),
    asks: [
      { path: "/", status: 200, answer: "Hello Koa" },
      { method: "HEAD", path: "/", status: 200 },
      { path: "/none", status: 404, answer: "Not Found" },
      order,
      { method: "DELETE", path: "/orders", status: 405 },
      { path: "/notes.txt", status: 200, answer: /^Three shops in Kunming/ },
      report,
    ],
  }),
  "Nest, compiled from TypeScript": () => ({
    app: join(builtProgram("nest"), "dist/main.js"),
    asks: [
      { path: "/", status: 200, answer: "Hello World!" },
      { method: "HEAD", path: "/", status: 200 },
      { path: "/none", status: 404, answer: /"message":"Cannot GET \/none"/ },
      order,
      { path: "/orders/7", status: 200, answer: '{"shop":"Kunming"}' },
      { path: "/orders/8", status: 404 },
      { path: "/orders/seven", status: 400 },
    ],
  }),
  hapi: () => ({
    app: thirdParty("hapi/server.js"),
    asks: [
      { path: "/", status: 200, answer: "Hello World!" },
      { method: "HEAD", path: "/", status: 200 },
      { path: "/none", status: 404, answer: /"message":"Not Found"/ },
      order,
      { ...order, body: "{ no json", status: 400, answer: /Invalid request payload/ },
      ...notes,
      report,
    ],
  }),
  "Hono with @hono/node-server": () => ({
    app: thirdParty("hono/index.js"),
    asks: [
      { path: "/", status: 200, answer: "Hello Node.js!" },
      { method: "HEAD", path: "/", status: 200 },
      { path: "/none", status: 404, answer: "404 Not Found" },
      order,
      { path: "/static/notes.txt", status: 200, answer: /^Three shops in Kunming/ },
      report,
    ],
  }),
  "Polka with sirv": () => ({
    app: thirdParty("polka/server.js"),
    asks: [
      { path: "/", status: 200, answer: "Hello from Polka" },
      { path: "/none", status: 404, answer: "Not Found" },
      { ...order, answer: '{"shop":"昆明"}' },
      ...notes,
    ],
  }),
  "an https server of Node's with Express": () => ({
    app: thirdParty("https/server.js"),
    env: { TLS_KEY: pem("one.key"), TLS_CERT: pem("one.crt") },
    secure: true,
    asks: [
      { path: "/", status: 200, answer: "Hello, safely!" },
      { method: "HEAD", path: "/", status: 200 },
      { path: "/none", status: 404, answer: /Cannot GET \/none/ },
      order,
      ...notes,
    ],
  }),
  h3: () => ({
    app: thirdParty("h3/server.js"),
    asks: [
      { path: "/", status: 200, answer: "⚡️ Tadaa!" },
      { method: "HEAD", path: "/", status: 200 },
      { path: "/none", status: 404 },
      order,
      report,
      { path: "/teapot", status: 418 },
    ],
  }),
  "GraphQL Yoga": () => ({
    app: thirdParty("graphql-yoga/main.js"),
    asks: [
      {
        path: "/graphql?query=%7Border(id:1)%7Bshop%7D%7D",
        status: 200,
        answer: '{"data":{"order":{"shop":"Kunming"}}}',
      },
      { path: "/graphql", headers: { accept: "text/html" }, status: 200, answer: /<!doctype html>/i },
      { path: "/none", status: 404 },
      {
        method: "POST",
        path: "/graphql",
        headers: json,
        body: JSON.stringify({ query: "subscription { countdown(from: 2) }" }),
        status: 200,
        answer: /data: \{"data":\{"countdown":2\}\}[^]*event: complete/,
      },
      {
        method: "POST",
        path: "/graphql",
        headers: json,
        body: '{"query":"{ nothing }"}',
        status: 200,
        answer: /Cannot query field/,
      },
    ],
    load: { path: "/graphql?query=%7Bhello%7D", body: '{"data":{"hello":"world"}}' },
  }),
};

for (const [name, program] of Object.entries(programs)) {
  test(
    `${name}: answers as by plain node, a reload loses nothing, a killed worker only what it had`,
    { timeout },
    (t) => tryProgram(t, { load, ...program() }),
  );
}
