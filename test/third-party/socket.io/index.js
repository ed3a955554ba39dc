const express = require("express");
const { createServer } = require("node:http");
const { Server } = require("socket.io");

const app = express();
const server = createServer(app);
const io = new Server(server);

app.get("/", (req, res) => {
  res.send("<h1>Hello world</h1>");
});

app.get("/process", (req, res) => {
  res.json({ pid: process.pid, n: req.query.n });
});

io.on("connection", (socket) => {
  socket.on("chat message", (msg, reply) => {
    reply({ pid: process.pid, msg });
  });
});

server.listen(process.env.PORT ?? 3000, () => {
  console.log("server running at http://localhost:3000");
});
