"use strict";
// Required by a master (NODE_OPTIONS) that is to die by SIGKILL at a point named in the file DIES_AT: as the line of a step
// goes out (`step.switched`), or at a write of the journal (`begin:half`): before, half-written, written and not forced to
// the disk, forced, and forced with its copy half made. `DIES_AT.when` tells the moment, in ms since 1970.
const fs = require("node:fs");
const promises = require("node:fs/promises");
const { OutgoingMessage } = require("node:http");
const { syncBuiltinESMExports } = require("node:module");

const dieAt = (point) => {
  if (pointNow() !== point) return;
  fs.writeFileSync(`${process.env.DIES_AT}.when`, String(Date.now()));
  fs.rmSync(process.env.DIES_AT);
  process.kill(process.pid, "SIGKILL");
};

const pointNow = () => {
  try {
    return fs.readFileSync(process.env.DIES_AT, "utf8");
  } catch {
    return null;
  }
};

const watchSteps = () => {
  const write = OutgoingMessage.prototype.write;
  OutgoingMessage.prototype.write = function (chunk, ...rest) {
    const step = /"code":"(step\.[\w-]+)"/.exec(typeof chunk === "string" ? chunk : "")?.[1];
    if (step !== undefined) dieAt(step);
    return write.call(this, chunk, ...rest);
  };
};

const watchJournal = (file) => {
  const { appendFile, sync } = file;
  file.appendFile = async (line) => {
    const type = /"entry":\{"type":"(\w+)"/.exec(line.toString())?.[1];
    dieAt(`${type}:before`);
    if (pointNow() === `${type}:half`) fs.writeSync(file.fd, line, 0, line.length >> 1);
    dieAt(`${type}:half`);
    await appendFile.call(file, line);
    dieAt(`${type}:written`);
    file.sync = async () => {
      await sync.call(file);
      dieAt(`${type}:forced`);
      lastType = type;
    };
  };
};
let lastType = null;

const watchFiles = () => {
  const { open, rename } = promises;
  promises.open = async (path, ...rest) => {
    const file = await open(path, ...rest);
    if (String(path).endsWith("journal.jsonl")) watchJournal(file);
    return file;
  };
  promises.rename = (from, to) => {
    if (String(to).endsWith("journal.last")) dieAt(`${lastType}:copying`);
    return rename(from, to);
  };
  syncBuiltinESMExports();
};

// Workers inherit the environment.
if (process.env.NODE_UNIQUE_ID === undefined && process.env.DIES_AT !== undefined) {
  watchSteps();
  watchFiles();
}
