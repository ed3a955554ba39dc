const path = require("node:path");
const { Readable } = require("node:stream");
const fastify = require("fastify")({ logger: true });

fastify.register(require("@fastify/static"), {
  root: path.join(__dirname, "../public"),
  prefix: "/static/",
});

fastify.get("/", async () => ({ hello: "world" }));

fastify.get("/process", async (request) => ({ pid: process.pid, n: request.query.n }));

fastify.post(
  "/orders",
  { schema: { body: { type: "object", required: ["shop"], properties: { shop: { type: "string" } } } } },
  async (request, reply) => {
    reply.code(201).header("location", "/orders/7");
    return { id: 7, ...request.body };
  },
);

fastify.get("/report", (request, reply) => {
  reply.type("text/csv").send(Readable.from(["shop,sales\n", "Kunming,12\n"]));
});

// Without a host it listens on every address of "localhost".
const start = async () => {
  try {
    await fastify.listen({ port: Number(process.env.PORT ?? 3000) });
  } catch (err) {
    fastify.log.error(err);
    process.exit(1);
  }
};
start();
