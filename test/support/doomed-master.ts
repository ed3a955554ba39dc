/** A master to be killed: starts one worker, blocks it, and says its pid. */
import { createMiniMaster, fixture } from "./mini-master.ts";

const master = await createMiniMaster({ app: fixture("behaviours.cjs") });
const worker = await master.ready();
const [path] = process.argv.slice(2);
if (path !== undefined) {
  fetch(master.url + path).catch(() => undefined);
  await worker.until("accepted");
}
console.log(`worker ${worker.pid}`);
