import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import { grpcAbsences, haveVectors, vectorsDir } from "@stoa/test";
import { decode, encode } from "@stoa/wire";
import { QueryBalanceRequestSchema, QueryBalanceResponseSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import { GrpcCaller } from "../../testing/grpc-caller.ts";
import type { QueryWorld } from "../../testing/query-world.ts";
import { startQueryWorld } from "../../testing/query-world-moves.ts";
import { grpcReport, grpcSurfaceOf } from "../../testing/service-surface.ts";

const skip = haveVectors() ? false : "no vectors folder beside the checkout";

async function open(t: TestContext): Promise<{ world: QueryWorld; caller: GrpcCaller }> {
  const world = await startQueryWorld(t);
  const caller = new GrpcCaller(world.grpcUrl);
  t.after(() => caller.close());
  return { world, caller };
}

test("gRPC has the recorded services, methods and errors", { skip }, async (t) => {
  const { caller } = await open(t);
  const report = await grpcReport(caller, readFileSync(join(vectorsDir, "surface", "grpc.json"), "utf8"));
  const failures = report.failures.map((each) => `${each.case} ${each.field}: ${each.message}`);
  assert.deepEqual(failures, []);
  const idle = grpcAbsences.filter((rule) => !report.used.includes(rule)).map(({ name }) => name);
  assert.deepEqual(idle, [], "absences that explain nothing");
  t.diagnostic(`${report.cases} comparisons, ${report.absent} services and methods that are not there`);
});

test("heights select the state and are told in the header; what cannot be read is refused in the reference's words", async (t) => {
  const { world, caller } = await open(t);
  const path = "/cosmos.bank.v1beta1.Query/Balance";
  const { address } = world.tenant;
  const request = encode(QueryBalanceRequestSchema, create(QueryBalanceRequestSchema, { address, denom: "uakt" }));
  const balanceAt = async (height: bigint) => {
    const answer = await caller.call(path, request, { "x-cosmos-block-height": String(height) });
    assert.equal(answer.height, String(height));
    return BigInt(decode(QueryBalanceResponseSchema, answer.value).balance?.amount ?? 0);
  };
  const { height } = world.payment;
  assert.equal((await balanceAt(height - 1n)) - (await balanceAt(height)), 5_000n, "the fee");
  const latest = await caller.call(path, request);
  assert.match(latest.height ?? "", /^\d+$/);
  const future = await caller.call(path, request, { "x-cosmos-block-height": "99999999" });
  assert.equal(future.code, status.UNKNOWN);
  assert.match(future.message, /^codespace sdk code 26: invalid height: cannot query with height in the future/);
  const bad = await caller.call(path, request, { "x-cosmos-block-height": "x" });
  assert.match(
    bad.message,
    /invalid height header "x-cosmos-block-height": strconv.ParseInt: parsing "x": invalid syntax$/,
  );
  const garbage = await caller.call(path, new Uint8Array([0xff, 0xff]));
  assert.equal(garbage.code, status.INTERNAL);
  assert.match(garbage.message, /^grpc: error unmarshalling request: /);
  const unknown = await caller.call("/no.such.Service/Method", new Uint8Array());
  assert.deepEqual([unknown.code, unknown.message], [status.UNIMPLEMENTED, "unknown service no.such.Service"]);
  const gov = await caller.call("/cosmos.gov.v1.Query/Params", new Uint8Array());
  assert.deepEqual([gov.code, gov.message], [status.UNIMPLEMENTED, "unknown service cosmos.gov.v1.Query"]);
  const large = await caller.call(path, new Uint8Array(11 * 1024 * 1024));
  assert.equal(large.code, status.RESOURCE_EXHAUSTED);
});

test("reflection answers every kind of question, in both versions", async (t) => {
  const { caller } = await open(t);
  for (const version of ["v1", "v1alpha"] as const) {
    const file = await caller.reflect(version, { case: "fileByFilename", value: "cosmos/bank/v1beta1/query.proto" });
    assert.equal(file.messageResponse.case, "fileDescriptorResponse");
    const wellKnown = await caller.reflect(version, { case: "fileByFilename", value: "google/protobuf/any.proto" });
    assert.equal(wellKnown.messageResponse.case, "fileDescriptorResponse");
    const any = await caller.reflect(version, { case: "fileContainingSymbol", value: "google.protobuf.Any" });
    assert.equal(any.messageResponse.case, "fileDescriptorResponse");
    const method = await caller.reflect(version, {
      case: "fileContainingSymbol",
      value: "cosmos.bank.v1beta1.Query.Balance",
    });
    assert.equal(method.messageResponse.case, "fileDescriptorResponse");
    const absent = await caller.reflect(version, { case: "fileContainingSymbol", value: "cosmos.gov.v1.Query" });
    assert.equal(absent.messageResponse.case, "errorResponse");
    const numbers = await caller.reflect(version, {
      case: "allExtensionNumbersOfType",
      value: "google.protobuf.MethodOptions",
    });
    assert.equal(numbers.messageResponse.case, "allExtensionNumbersResponse");
    assert.ok(numbers.messageResponse.value.extensionNumber.includes(72_295_728), "google.api.http");
    const extension = await caller.reflect(version, {
      case: "fileContainingExtension",
      value: { containingType: "google.protobuf.MethodOptions", extensionNumber: 72_295_728 },
    });
    assert.equal(extension.messageResponse.case, "fileDescriptorResponse");
    const nothing = await caller.reflect(version, undefined);
    assert.equal(nothing.messageResponse.case, "errorResponse");
  }
});

test("the page on compatibility names what is served and what is not", async (t) => {
  const { caller } = await open(t);
  const page = readFileSync(join(import.meta.dirname, "../../../../../docs/compatibility.md"), "utf8");
  const served = await grpcSurfaceOf(caller).services();
  const unnamed = [...served, ...grpcAbsences.map(({ name }) => name.split("/")[0] ?? "")];
  assert.deepEqual(
    unnamed.filter((name) => !page.includes(`\`${name}\``)),
    [],
  );
});
