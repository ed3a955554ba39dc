const path = require("path");
const compression = require("compression");
const express = require("express-4");

const app = express();
const port = process.env.PORT || 3000;

app.use(compression());
app.use(express.json());
app.use("/static", express.static(path.join(__dirname, "../public")));

app.get("/", (req, res) => {
  res.send("Hello World!");
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

app.get("/report", (req, res) => {
  res.type("csv");
  res.write("shop,sales\n");
  setTimeout(() => res.write("Kunming,12\n"), 20);
  setTimeout(() => res.end("Dali,7\n"), 40);
});

app.get("/old", (req, res) => res.redirect(301, "/"));

app.get("/broken", () => {
  throw new Error("BROKEN");
});

app.use((err, req, res, next) => {
  res.status(500).send("Something broke!");
});

app.listen(port, () => {
  console.log(`Example app listening on port ${port}`);
});
