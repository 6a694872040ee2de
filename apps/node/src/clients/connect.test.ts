import assert from "node:assert/strict";
import { test } from "node:test";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { compressionGzip, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { newMessage } from "@stoa/wire";
import { Query as Deployments } from "@stoa/wire/akash.deployment.v1beta4";
import { Query as Market } from "@stoa/wire/akash.market.v1beta5";
import { Query as Bank, MsgSendSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import { Service as NodeService } from "@stoa/wire/cosmos.base.node.v1beta1";
import { Service as Comet } from "@stoa/wire/cosmos.base.tendermint.v1beta1";
import { Query as Gov } from "@stoa/wire/cosmos.gov.v1";
import { Service as Tx } from "@stoa/wire/cosmos.tx.v1beta1";
import { sharedWorld } from "../testing/shared-world.ts";

/*
 * Connect 2's clients: gRPC over HTTP/2, and gRPC-web over HTTP/1.1 as browsers use it.
 */

const world = sharedWorld();
const height = "x-cosmos-block-height";

const gzip = { sendCompression: compressionGzip, compressMinBytes: 1 };
const transports: Readonly<Record<string, () => Transport>> = {
  gRPC: () => createGrpcTransport({ baseUrl: world().grpcUrl }),
  "gRPC with compressed questions": () => createGrpcTransport({ baseUrl: world().grpcUrl, ...gzip }),
  "gRPC-web": () => createGrpcWebTransport({ baseUrl: world().restUrl, httpVersion: "1.1" }),
};

for (const [name, open] of Object.entries(transports)) {
  test(`${name}: reads, pages, heights, simulation, refusals`, { timeout: 60_000 }, async () => {
    const { tenant, other, payment } = world();
    const transport = open();
    const bank = createClient(Bank, transport);
    const market = createClient(Market, transport);
    let used = "";
    const onHeader = (headers: Headers) => {
      used = headers.get(height) ?? "";
    };
    const now = await bank.balance({ address: tenant.address, denom: "uakt" }, { onHeader });
    assert.ok(Number(used) > 0);
    const before = String(payment.height - 1n);
    const headers = { [height]: before };
    const then = await bank.balance({ address: tenant.address, denom: "uakt" }, { headers, onHeader });
    assert.equal(used, before);
    assert.ok(BigInt(then.balance?.amount ?? 0) > BigInt(now.balance?.amount ?? 0));

    const filters = { owner: tenant.address };
    const first = await market.leases({ filters, pagination: { limit: 1n } });
    const key = first.pagination?.nextKey ?? new Uint8Array();
    const second = await market.leases({ filters, pagination: { key } });
    const dseqs = [first, second].map(({ leases }) => leases.map(({ lease }) => lease?.id?.dseq));
    assert.deepEqual(dseqs, [[282n], [632n]]);

    const coins = [{ denom: "uakt", amount: "1" }];
    const send = newMessage(MsgSendSchema, { fromAddress: other.address, toAddress: tenant.address, amount: coins });
    const txBytes = world().sign(other, [send]);
    const tx = createClient(Tx, transport);
    assert.ok(((await tx.simulate({ txBytes })).gasInfo?.gasUsed ?? 0n) > 0n);
    assert.equal((await tx.broadcastTx({ txBytes, mode: 2 })).txResponse?.code, 0);

    const status = await createClient(NodeService, transport).status({});
    const { block } = await createClient(Comet, transport).getBlockByHeight({ height: status.height });
    assert.deepEqual([status.appHash, status.earliestStoreHeight], [block?.header?.appHash, 1n]);

    const refused = async (call: Promise<unknown>, code: Code, text: RegExp) => {
      await assert.rejects(call, (problem: unknown) => {
        assert.ok(problem instanceof ConnectError, String(problem));
        assert.deepEqual([problem.code, text.test(problem.rawMessage)], [code, true], problem.message);
        return true;
      });
    };
    await refused(bank.balance({ address: "x", denom: "uakt" }), Code.InvalidArgument, /^invalid address/);
    const id = { owner: tenant.address, dseq: 5n };
    const missing = createClient(Deployments, transport).deployment({ id });
    await refused(missing, Code.NotFound, /Deployment not found/);
    await refused(createClient(Gov, transport).params({}), Code.Unimplemented, /cosmos\.gov\.v1\.Query/);
    const future = { headers: { [height]: "10000000" } };
    await refused(bank.params({}, future), Code.Unknown, /cannot query with height in the future/);
    assert.equal((await bank.params({})).params?.defaultSendEnabled, true);
  });
}

test("gRPC-web refuses compressed questions, which browsers do not send", { timeout: 60_000 }, async () => {
  const transport = createGrpcWebTransport({ baseUrl: world().restUrl, httpVersion: "1.1", ...gzip });
  const asked = createClient(Bank, transport).balance({ address: world().tenant.address, denom: "uakt" });
  await assert.rejects(asked, (problem: unknown) => problem instanceof ConnectError);
});
