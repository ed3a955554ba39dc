-- What wrk found, as JSON: its own page has no p95.
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('{"perSec":%.3f,"p50Ms":%.3f,"p95Ms":%.3f,"p99Ms":%.3f,"failed":%d}\n',
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    latency:percentile(99) / 1e3, e.connect + e.read + e.write + e.status + e.timeout))
end
