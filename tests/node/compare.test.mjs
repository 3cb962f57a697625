/**
 * What the comparison of two runs lets pass: that a goroutine waits at another place or for longer, where that is by time alone.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { difference } from "../harness/programs/compare.mjs";

const outcome = (stderr) => ({ ended: "exit code 2", exitCode: 2, stdout: "", stderr });

/** A goroutine as tracebacks name it, and as they do from Go 1.23 on where they show the runtime's frames. */
const HEADS = ["goroutine 4", "goroutine 4 gp=0x282700 m=nil"];

for (const head of HEADS) {
  test(`${head}: the scavenger may sleep or wait`, () => {
    const parked = (reason, method) =>
      outcome(
        `${head} [${reason}]:\nruntime.gopark(0x1)\nruntime.(*scavengerState).${method}(0x1)\nruntime.bgscavenge(0x1)\n\ngoroutine 5`,
      );
    assert.equal(difference(parked("sleep", "sleep"), parked("GC scavenge wait", "park")), "");
  });

  test(`${head}: others may wait for longer, but for nothing else`, () => {
    const waiting = (reason) => outcome(`${head} [${reason}]:\nruntime.gopark(0x1)\nmain.main()\n\ngoroutine 5`);
    assert.equal(difference(waiting("chan receive"), waiting("chan receive, 2 minutes")), "");
    assert.notEqual(difference(waiting("chan receive"), waiting("chan send")), "");
  });
}
