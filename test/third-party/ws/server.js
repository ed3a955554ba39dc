import { createServer } from "http";
import { WebSocketServer } from "ws";

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  if (url.pathname !== "/process") {
    response.end("A chat\n");
    return;
  }
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify({ pid: process.pid, n: url.searchParams.get("n") }));
});
const wss = new WebSocketServer({ server, path: "/chat" });

wss.on("connection", function connection(ws) {
  ws.on("error", console.error);

  ws.on("message", function message(data) {
    ws.send(JSON.stringify({ pid: process.pid, msg: data.toString() }));
  });
});

server.listen(process.env.PORT ?? 8080);
