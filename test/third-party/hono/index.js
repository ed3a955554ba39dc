import { serve } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { etag } from "hono/etag";
import { streamSSE, streamText } from "hono/streaming";

const app = new Hono();

app.use("/static/*", etag());
app.use(
  "/static/*",
  serveStatic({
    root: `${import.meta.dirname}/../public`,
    rewriteRequestPath: (path) => path.replace(/^\/static/, ""),
  }),
);

app.get("/", (c) => c.text("Hello Node.js!"));

app.get("/process", (c) => c.json({ pid: process.pid, n: c.req.query("n") }));

app.post("/orders", async (c) => {
  const order = await c.req.json();
  c.header("Location", "/orders/7");
  return c.json({ id: 7, ...order }, 201);
});

app.get("/report", (c) =>
  streamText(c, async (stream) => {
    await stream.writeln("shop,sales");
    await stream.sleep(20);
    await stream.writeln("Kunming,12");
  }),
);

app.get("/events", (c) =>
  streamSSE(c, async (stream) => {
    for (let id = 1; !stream.aborted; id++) {
      await stream.writeSSE({ data: String(process.pid), id: String(id) });
      await stream.sleep(100);
    }
  }),
);

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, (info) => {
  console.log(`Listening on http://localhost:${info.port}`);
});
