import assert from "node:assert/strict";
import test from "node:test";
import { asDashdError } from "../../lib/cli/report-error.ts";
import { foundWhat, homeError } from "../../lib/home/home-error.ts";
import { isShortage } from "../../lib/system-error.ts";
import { sayError } from "../../lib/words/say.ts";

const systemError = (code: string): Error => Object.assign(new Error(`${code}: open '/srv/x'`), { code });

test("what the system could not give is called so, and is no fault of a file, of the home or of dashd", () => {
  for (const code of ["EMFILE", "ENFILE", "ENOMEM", "EAGAIN"]) {
    const error = systemError(code);
    assert.ok(isShortage(error));
    for (const told of [asDashdError(error), homeError("/srv/home", error)]) {
      assert.deepEqual([told.code, told.exitCode, told.facts], ["E_SHORTAGE", 1, { found: code }]);
    }
  }
  assert.deepEqual(sayError("en", asDashdError(systemError("EMFILE"))), {
    sentence:
      "The system has nothing left to give: too many files are open; expected free descriptors, processes and memory.",
    details: [],
    hint: "dashd doctor",
  });
  for (const other of [systemError("ENOENT"), new Error("EMFILE"), "EMFILE"]) assert.ok(!isShortage(other));
  assert.equal(homeError("/srv/home", systemError("ENOSPC")).code, "E_HOME");
  assert.equal(asDashdError(systemError("ENOENT")).code, "E_INTERNAL");
});

test("an error of a file is told by what the system said, however it was wrapped since", () => {
  assert.equal(foundWhat(homeError("/srv/home", systemError("EMFILE"))), "EMFILE");
  assert.equal(foundWhat(homeError("/srv/home", systemError("ENOSPC"))), "disk-full");
});
