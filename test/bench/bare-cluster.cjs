"use strict";
/** What dashd is measured against: node:cluster with nothing around it. Says how many workers listen. */
const cluster = require("node:cluster");

if (cluster.isPrimary) {
  const workers = Number(process.argv[2]);
  let listening = 0;
  cluster.on("listening", () => console.log(`listening ${++listening}`));
  for (let n = 0; n < workers; n++) cluster.fork();
  process.on("SIGTERM", () => process.exit(0));
} else {
  require("./app.cjs");
}
