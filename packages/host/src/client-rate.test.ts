import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientRate, clientOf, systemClock } from "./index.ts";

test("a client's rate is an average with bursts, and clients that are many are forgotten", () => {
  let nowNs = 0n;
  const rate = new ClientRate({ requestsPerSecond: 2, clock: { ...systemClock, nowNs: () => nowNs } });
  const takes = (count: number) => Array.from({ length: count }, () => rate.takes("a"));
  assert.deepEqual(takes(3), [true, true, false]);
  nowNs = 500_000_000n;
  assert.deepEqual(takes(2), [true, false]);
  for (let n = 0; n < 20_000; n++) rate.takes(`b${n}`);
  assert.deepEqual(takes(2), [true, true], "it was forgotten");
  rate.charge("a", 3);
  nowNs += 1_500_000_000n;
  assert.deepEqual(takes(1), [false], "what was charged is waited for");
  nowNs += 500_000_000n;
  assert.deepEqual(takes(2), [true, false]);
});

test("an address is one client however it is written, and so is a network of IPv6", () => {
  for (const [address, client] of [
    ["10.1.2.3", "10.1.2.3"],
    ["::ffff:10.1.2.3", "10.1.2.3"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:db8:1:2::9", "2001:db8:1:2"],
    ["2001:DB8:1:2::", "2001:db8:1:2"],
    ["2001:db8::2:0:0:0:1", "2001:db8:0:2"],
    ["2001:db8::1", "2001:db8:0:0"],
    ["fe80::1%eth0", "fe80:0:0:0"],
    ["::1", "0:0:0:0"],
    ["", ""],
  ] as const) {
    assert.equal(clientOf(address), client, address);
  }
});
