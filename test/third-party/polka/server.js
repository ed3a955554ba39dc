const path = require("path");
const polka = require("polka");
const sirv = require("sirv");

const { PORT = 3000 } = process.env;

polka()
  .use("/static", sirv(path.join(__dirname, "../public"), { etag: true }))
  .get("/", (req, res) => {
    res.end("Hello from Polka");
  })
  .get("/process", (req, res) => {
    res.setHeader("Content-Type", "application/json");
    res.end(JSON.stringify({ pid: process.pid, n: req.query.n }));
  })
  .post("/orders", (req, res) => {
    res.statusCode = 201;
    req.pipe(res);
  })
  .listen(PORT, (err) => {
    if (err) throw err;
    console.log(`> Running on localhost:${PORT}`);
  });
