import { pathToFileURL } from "node:url";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import express from "express";

const app = express();

app.use(express.json());
app.use("/static", express.static(path.join(import.meta.dirname, "../public")));

app.get("/", (req, res) => {
  res.cookie("seen", "1").send("<h1>Hello World!</h1>");
});

app.get("/process", (req, res) => {
  res.json({ pid: process.pid, n: req.query.n });
});

app.post("/orders", (req, res) => {
  res
    .status(201)
    .location("/orders/7")
    .json({ id: 7, ...req.body });
});

app.get("/report", async (req, res) => {
  res.type("csv");
  res.write("shop,sales\n");
  await pause(20);
  res.end("Kunming,12\n");
});

app.get("/broken", async () => {
  throw new Error("BROKEN");
});

app.get("/events", (req, res) => {
  res.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
  let id = 0;
  const timer = setInterval(() => res.write(`id: ${++id}\ndata: ${process.pid}\n\n`), 100);
  req.on("close", () => clearInterval(timer));
});

app.use((err, req, res, next) => {
  res.status(500).send("Something broke!");
});

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = app.listen(process.env.PORT ?? 3000, (error) => {
    if (error) throw error;
    console.log(`Listening on ${JSON.stringify(server.address())}`);
  });
}
