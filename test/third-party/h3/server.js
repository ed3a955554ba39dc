import { H3, HTTPError, readBody, serve, getQuery } from "h3";

const app = new H3();

app.get("/", () => "⚡️ Tadaa!");

app.get("/process", (event) => ({ pid: process.pid, n: getQuery(event).n }));

app.post("/orders", async (event) => {
  event.res.status = 201;
  event.res.headers.set("Location", "/orders/7");
  return { id: 7, ...(await readBody(event)) };
});

app.get("/report", () => {
  const parts = ["shop,sales\n", "Kunming,12\n"].values();
  const stream = new ReadableStream({
    pull(controller) {
      const { done, value } = parts.next();
      if (done) controller.close();
      else controller.enqueue(new TextEncoder().encode(value));
    },
  });
  return new Response(stream, { headers: { "Content-Type": "text/csv" } });
});

app.get("/teapot", () => {
  throw new HTTPError({ status: 418, statusText: "I'm a teapot" });
});

serve(app, { port: process.env.PORT ?? 3000 });
