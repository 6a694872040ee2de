import assert from "node:assert/strict";
import { test } from "node:test";
import type { LeaseId } from "../runtimes/runtime.ts";
import { HostnameTable } from "./hostname-table.ts";

function lease(owner: string, dseq: bigint): LeaseId {
  return { owner, dseq, gseq: 1, oseq: 1, provider: "p" };
}

function table(...blocked: string[]): HostnameTable {
  return new HostnameTable({ blocked, ingressDomain: "ingress.test" });
}

test("a name of another owner is taken, whatever its case; one of the same owner is not", () => {
  const names = table();
  names.reserve(lease("a", 1n), ["Web.example.test"]);
  assert.equal(names.problem("a", ["web.example.test"]), undefined);
  assert.equal(names.problem("b", ["WEB.example.test"]), 'hostname not allowed: host "web.example.test" in use');
});

test("a second lease of the owner waits for the name until it is moved or given up", () => {
  const names = table();
  const [first, second] = [lease("a", 1n), lease("a", 2n)];
  names.reserve(first, ["x.test"]);
  assert.deepEqual([...names.reserve(second, ["x.test", "y.test"])], ["x.test"]);
  assert.deepEqual(names.holders(["X.test", "z.test"]), [first]);
  names.transfer(second, ["x.test"]);
  assert.deepEqual([...names.withheld(second, ["x.test", "y.test"])], []);
  assert.deepEqual([...names.withheld(first, ["x.test"])], ["x.test"]);
  names.release(second);
  assert.equal(names.problem("b", ["x.test", "y.test"]), undefined);
});

test("a new manifest gives up the names that it no longer has", () => {
  const names = table();
  names.reserve(lease("a", 1n), ["old.test", "kept.test"]);
  names.reserve(lease("a", 1n), ["kept.test"]);
  assert.equal(names.problem("b", ["old.test"]), undefined);
  assert.notEqual(names.problem("b", ["kept.test"]), undefined);
});

test("blocked names and domains are refused to everyone", () => {
  const names = table("exact.test", ".domain.test");
  assert.match(names.problem("a", ["exact.test"]) ?? "", /"exact\.test" is blocked by this provider$/);
  assert.match(names.problem("a", ["domain.test"]) ?? "", /"domain\.test" is blocked by this provider$/);
  assert.match(names.problem("a", ["www.domain.test"]) ?? "", /domain "www\.domain\.test" is blocked/);
  assert.equal(names.problem("a", ["www.exact.test", "mydomain.test"]), undefined);
});

test("nobody may ask for a name that another lease gets by itself", () => {
  const names = table();
  const generated = "934usmpcftba1kln9pak9rcbt0";
  assert.match(names.problem("a", [`${generated}.Ingress.test`]) ?? "", /is blocked by this provider/);
  assert.equal(names.problem("a", ["shop.ingress.test", `${generated}.example.test`]), undefined);
});
