// Answers after 10 to 20 ms of waiting, never of CPU: who asks is what differs. `node waiting-server.cjs [stallEveryMs]`:
// with it, whoever comes within the first second of each period waits for its end. Prints its port; ends with its stdin.
const { createServer } = require("node:http");

const stallEveryMs = Number(process.argv[2] ?? 0);
const stallMs = 1_000;
const bornAtMs = performance.now();
let turn = 0;

createServer((_, response) => {
  const waitMs = 10 + (turn++ % 11);
  const intoMs = stallEveryMs === 0 ? Infinity : (performance.now() - bornAtMs) % stallEveryMs;
  setTimeout(() => response.end("fine"), intoMs < stallMs ? stallMs - intoMs : waitMs);
}).listen(0, "127.0.0.1", function () {
  console.log(this.address().port);
});
process.stdin.resume().once("end", () => process.exit());
