import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { authorOf } from "../../../lib/cli/author.ts";
import { terminalIn } from "../../../lib/host/terminal.ts";

const anna = { user: "anna", host: "web1", terminal: "pts/3", env: {} };

describe("who asks for a change", () => {
  it("is the user, the host and the terminal", () => {
    assert.equal(authorOf(anna), "anna@web1 (pts/3)");
  });

  it("says so where there is no terminal", () => {
    assert.equal(authorOf({ ...anna, terminal: null }), "anna@web1 (no tty)");
  });

  it("is who typed sudo, and as whom", () => {
    const env = { SUDO_USER: "anna" };
    assert.equal(authorOf({ ...anna, user: "root", env }), "anna@web1 (pts/3, as root)");
    assert.equal(authorOf({ ...anna, env }), "anna@web1 (pts/3)", "sudo to oneself is nobody else");
    assert.equal(authorOf({ ...anna, user: "root", env: { SUDO_USER: "a\nb" } }), "root@web1 (pts/3)");
  });
});

describe("the terminal of a process", () => {
  const stat = (device: number): string => `71 (a (b) c) S 1 71 71 ${device} 71 4194560 0 0`;
  it("is read from its device number, whatever its name holds", () => {
    assert.equal(terminalIn(stat(34_819)), "pts/3");
    assert.equal(terminalIn(stat(1_025)), "tty1");
    assert.equal(terminalIn(stat(1_088)), "ttyS0");
    assert.equal(terminalIn(stat(0)), null);
  });
});
