/**
 * The app of the probe (`probe-instance.ts`): answers that never end in every way that a limit is there for. It is copied
 * into the probe's folder and must stay a file of its own.
 */
import { createServer } from "node:http";

createServer((request, response) => {
  switch (request.url) {
    case "/hold":
      // Begins, and never ends.
      response.write("held\n");
      break;
    case "/never":
      break;
    case "/block":
      for (;;);
    default:
      response.end("ok\n");
  }
}).listen(3000);
