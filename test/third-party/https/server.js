const fs = require("fs");
const https = require("https");
const path = require("path");
const express = require("express");

const app = express();

app.use(express.json());
app.use("/static", express.static(path.join(__dirname, "../public")));

app.get("/", (req, res) => {
  res.send(req.secure ? "Hello, safely!" : "Hello");
});

app.get("/process", (req, res) => {
  res.json({ pid: process.pid, n: req.query.n });
});

app.post("/orders", (req, res) => {
  res.status(201).json({ id: 7, ...req.body });
});

const options = {
  key: fs.readFileSync(process.env.TLS_KEY),
  cert: fs.readFileSync(process.env.TLS_CERT),
};

https.createServer(options, app).listen(process.env.PORT ?? 8443);
