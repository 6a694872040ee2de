import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { QueryWorld } from "../../../apps/node/src/testing/query-world.ts";
import { dseqs, startQueryWorld } from "../../../apps/node/src/testing/query-world-moves.ts";
import { compareGrpc } from "../../surface/grpc.ts";
import type { Names } from "../../surface/names.ts";
import { compareRest } from "../../surface/rest.ts";
import { compareRpc, compareWs } from "../../surface/rpc.ts";
import type { VectorFailure } from "../family.ts";

/** Answers of the reference, printed by test/surface (README.md tells of what). */
function recorded<T>(kind: string): T[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, `${kind}.json`), "utf8")) as T[];
}

/** What recorded questions name, in a network that the test has made. */
function namesOf({ tenant, provider, grantee, validator, payment, idle }: QueryWorld): Names {
  return {
    tenant: tenant.address,
    provider: provider.address,
    grantee: grantee.address,
    allowed: grantee.address,
    // Twenty zeros.
    nobody: "akash1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq7cdc78",
    operator: validator.operator,
    leased: String(dseqs.leased),
    ended: String(dseqs.ended),
    open: String(dseqs.offered),
    hash: payment.hash,
    hashBase64: Buffer.from(payment.hash, "hex").toString("base64"),
    txHeight: String(payment.height),
    idle: String(idle),
  };
}

const linesOf = (failures: readonly VectorFailure[]): string[] =>
  failures.map((each) => `${each.case} ${each.field}: ${each.message}`);

test("REST, JSON-RPC, websockets and gRPC answer as the reference did to a recorder that asked both", async (t) => {
  const world = await startQueryWorld(t);
  const names = namesOf(world);
  const network = { rpc: world.node.rpcUrl, rest: world.restUrl, grpc: world.grpcUrl };
  const rest = recorded<Parameters<typeof compareRest>[0][number]>("rest");
  const rpc = recorded<Parameters<typeof compareRpc>[0][number]>("rpc");
  const grpc = recorded<Parameters<typeof compareGrpc>[0][number]>("grpc");
  assert.ok(rest.length > 100 && rpc.length > 100 && grpc.length > 100);
  assert.deepEqual(linesOf(await compareRest(rest, network, names)), []);
  assert.deepEqual(linesOf(await compareRpc(rpc, network, names)), []);
  assert.deepEqual(linesOf(await compareGrpc(grpc, network, names)), []);
  const ws = recorded<Parameters<typeof compareWs>[0][number]>("ws");
  assert.ok(ws.length > 5);
  assert.deepEqual(linesOf(await compareWs(ws, network, names)), []);
  t.diagnostic(
    `${rest.length} questions over REST, ${rpc.length} over JSON-RPC, ${grpc.length} over gRPC, ${ws.length} websocket sessions`,
  );
});
