"use strict";

const Path = require("path");
const { Readable } = require("stream");
const Hapi = require("@hapi/hapi");
const Inert = require("@hapi/inert");

const init = async () => {
  const server = Hapi.server({
    port: process.env.PORT ?? 3000,
    host: "localhost",
    routes: { files: { relativeTo: Path.join(__dirname, "../public") } },
  });

  await server.register(Inert);

  server.route([
    { method: "GET", path: "/", handler: () => "Hello World!" },
    { method: "GET", path: "/process", handler: (request) => ({ pid: process.pid, n: request.query.n }) },
    {
      method: "POST",
      path: "/orders",
      handler: (request, h) => h.response({ id: 7, ...request.payload }).created("/orders/7"),
    },
    {
      method: "GET",
      path: "/report",
      handler: (request, h) =>
        h.response(Readable.from(["shop,sales\n", "Kunming,12\n"], { objectMode: false })).type("text/csv"),
    },
    { method: "GET", path: "/static/{param*}", handler: { directory: { path: "." } } },
  ]);

  await server.start();
  console.log("Server running on %s", server.info.uri);
};

process.on("unhandledRejection", (err) => {
  console.log(err);
  process.exit(1);
});

init();
