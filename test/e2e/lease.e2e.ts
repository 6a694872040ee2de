/** A whole lease on a real chain and a real provider, containers apart: auction, manifest, payment to the last unit. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { create } from "@bufbuild/protobuf";
import { type RunningProvider, startProvider } from "@stoa/provider";
import { silentLog } from "@stoa/std";
import { Lease_State, LeaseIDSchema } from "@stoa/wire/akash.market.v1";
import { Query as MarketQuery } from "@stoa/wire/akash.market.v1beta5";
import { Query as BankQuery } from "@stoa/wire/cosmos.bank.v1beta1";
import { compile, MarketWorld, paramsOf, provider, tenant, until } from "./market-world.ts";

const rate = 1_000n;

const sdl = (cpu: number) => `version: "2.0"
services:
  web:
    image: hello:1
    expose: [{port: 80, to: [{global: true}]}]
profiles:
  compute:
    web: {resources: {cpu: {units: ${cpu}}, memory: {size: 64Mi}, storage: {size: 128Mi}}}
  placement:
    dc: {pricing: {web: {denom: uact, amount: ${rate}}}}
deployment:
  web: {dc: {profile: web, count: 1}}
`;

describe("lease, from auction to the last unit", () => {
  let world: MarketWorld;
  let running: RunningProvider;

  async function openProvider(): Promise<void> {
    const file = world.providerFile({ runtime: "fake" });
    running = await startProvider(paramsOf(file, join(world.root, "provider"), "e2e", silentLog));
    world.hostUri = running.hostUri;
  }

  before(async () => {
    world = await MarketWorld.open(200);
    await openProvider();
  });

  after(async () => {
    await running?.close({ stopContainers: false });
    await world?.close();
  });

  async function balance(address: string): Promise<bigint> {
    const answer = await world.client.query(BankQuery.method.balance, { address, denom: "uact" });
    return BigInt(answer.balance?.amount ?? "0");
  }

  async function leaseRow(dseq: bigint) {
    const id = create(LeaseIDSchema, { owner: tenant, dseq, gseq: 1, oseq: 1, provider });
    return (await world.client.query(MarketQuery.method.lease, { id })).lease;
  }

  it("serves until the money ends, at exactly that height, and pays every unit", async () => {
    const before = { tenant: await balance(tenant), provider: await balance(provider) };
    const deposit = 12n * rate + 500n;
    await world.lease(7n, compile(sdl(0.1)), deposit);
    await until(() => world.available(7n), "the service");
    const closed = await until(async () => {
      const row = await leaseRow(7n);
      return row?.state === Lease_State.insufficient_funds ? row : undefined;
    }, "the end of the lease");
    // Twelve whole blocks are covered; the thirteenth is short. A busy machine may miss that block by one.
    const end = closed.createdAt + 13n;
    assert.ok(closed.closedOn >= end && closed.closedOn <= end + 1n, `closed on ${closed.closedOn}, not ${end}`);
    const seen = world.node.height();
    const gone = async () => ((await world.call("GET", "/lease/7/1/1/status")).status === 404 ? true : undefined);
    await until(gone, "its end here");
    assert.ok(world.node.height() <= seen + 2n);
    assert.equal(await balance(provider), before.provider + deposit);
    assert.equal(await balance(tenant), before.tenant - deposit);
  });

  it("says why it does not bid", async () => {
    await world.createDeployment(8n, compile(sdl(300)), 100_000n);
    const view = await until(async () => {
      const { status, body } = await world.call("GET", `/stoa/v1/orders/${tenant}/8/1/1`);
      return status === 200 ? JSON.parse(body) : undefined;
    }, "a decision");
    assert.equal(view.state, "declined");
    assert.match(view.reasons.join(), /CPU/);
  });

  it("outlives a chain that stops for a while, and bids again when it is back", async () => {
    await world.lease(10n, compile(sdl(0.1)), 10_000_000n);
    await until(() => world.available(10n), "the service");
    await world.pauseChain(1_500);
    await until(() => world.available(10n), "the service, which never stopped");
    await world.lease(11n, compile(sdl(0.1)), 10_000_000n);
    await until(() => world.available(11n), "the service after the pause");
    await world.closeDeployment(10n);
    await world.closeDeployment(11n);
    const gone = async () => ((await world.call("GET", "/lease/11/1/1/status")).status === 404 ? true : undefined);
    await until(gone, "the end of both");
  });

  it("takes its leases up again after a restart", async () => {
    await world.lease(9n, compile(sdl(0.1)), 10_000_000n);
    await until(() => world.available(9n), "the service");
    await running.close({ stopContainers: true });
    await openProvider();
    await until(() => world.available(9n), "the service after the restart");
    const manifest = await world.call("GET", "/lease/9/1/1/manifest");
    assert.equal(JSON.parse(manifest.body)[0].services[0].name, "web");
  });
});
