"use strict";
/** What a kept answer is measured against: node:http that sends the same bytes, and does nothing else. */
const { createServer } = require("node:http");
const { small, report } = require("./cache-pages.cjs");

const answer = (page) => {
  const body = JSON.stringify(page);
  return {
    body,
    head: [
      ...["X-Powered-By", "Express", "Cache-Control", "public, s-maxage=3600"],
      ...["Content-Type", "application/json; charset=utf-8", "ETag", 'W/"12-RLhXj9TmfZ41E1H+xZW7r3jZ93U"'],
      ...["Date", new Date().toUTCString(), "Content-Length", String(Buffer.byteLength(body))],
      ...["Age", "0", "Cache-Status", "dashd; hit; ttl=3600; detail=memory"],
    ],
  };
};
const answers = new Map([
  ["/kept/small", answer(small())],
  ["/kept/report", answer(report())],
]);
const server = createServer((req, res) => {
  const { head, body } = answers.get(req.url);
  res.writeHead(200, head);
  res.end(body);
});
server.keepAliveTimeout = 120_000;
server.listen(Number(process.env.PORT), "127.0.0.1", () => console.log("listening 1"));
