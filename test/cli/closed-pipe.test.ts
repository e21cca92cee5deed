import assert from "node:assert/strict";
import { test } from "node:test";
import { builtProgram, type Program } from "./laboratory-program.js";

const program: Program = await builtProgram();

test("a reader that closes its end of the pipe stops neither the command nor what it keeps", async () => {
  const folder = await program.folder();
  const words = ["build-target", "target=quadratic"];
  const { code, stderr } = await program.run(folder, words, (child) => child.stdout?.destroy());
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^built 10000 parameters/);
  const { stdout } = await program.run(folder, ["list"]);
  assert.match(stdout, /tgt_[0-9a-f]{16}/);
});
