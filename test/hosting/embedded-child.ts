/** Starts the embedded server of a folder, says what it got, and lives on: to be killed, or to run as another user. */
import { silentLog } from "../../lib/log.ts";
import { startEmbedded } from "../../lib/services/embedded/embedded.ts";

const [dir = "", then] = process.argv.slice(2);
const server = await startEmbedded({ dir, log: silentLog, maxConnections: 20, deadlineMs: 60_000 });
console.log(JSON.stringify({ pid: server.pid, url: server.url, adopted: server.adopted }));
if (then === "stop") await server.stop(10_000);
else setInterval(() => undefined, 60_000);
