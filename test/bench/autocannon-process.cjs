// `node autocannon-process.cjs url connections seconds`: prints requests a second and times as JSON. Its own percentiles
// are whole milliseconds and have no p95: the times of its answers are counted here.
const autocannon = require("autocannon");

const [url, connections, seconds] = process.argv.slice(2);
const times = [];
const run = autocannon({ url, connections: Number(connections), duration: Number(seconds) }, (error, result) => {
  if (error) throw error;
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.max(0, Math.ceil(share * times.length) - 1)];
  const failed = result.errors + result.timeouts + result.non2xx;
  console.log(
    JSON.stringify({
      perSec: times.length / result.duration,
      p50Ms: at(0.5),
      p95Ms: at(0.95),
      p99Ms: at(0.99),
      failed,
    }),
  );
});
run.on("response", (_client, _status, _bytes, tookMs) => times.push(tookMs));
