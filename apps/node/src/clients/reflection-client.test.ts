import assert from "node:assert/strict";
import { test } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { type Client, credentials, loadPackageDefinition, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { loadFileDescriptorSetFromBuffer } from "@grpc/proto-loader";
import { GrpcCaller } from "../testing/grpc-caller.ts";
import { sharedWorld } from "../testing/shared-world.ts";

/*
 * A client that knows nothing of us: it asks reflection for descriptors, as grpcurl does, gives them to @grpc/proto-loader
 * (protobuf.js), and calls with plain objects.
 */

const world = sharedWorld();

type Version = "v1" | "v1alpha";

/** The file of a symbol and all that it imports, each before those that import it. */
async function filesOf(caller: GrpcCaller, version: Version, symbol: string): Promise<FileDescriptorProto[]> {
  const files = new Map<string, FileDescriptorProto>();
  const read = async (request: Parameters<GrpcCaller["reflect"]>[1]): Promise<FileDescriptorProto[]> => {
    const { messageResponse } = await caller.reflect(version, request);
    assert.equal(messageResponse.case, "fileDescriptorResponse", JSON.stringify(request));
    const encoded = messageResponse.case === "fileDescriptorResponse" ? messageResponse.value.fileDescriptorProto : [];
    return encoded.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
  };
  const add = async (file: FileDescriptorProto): Promise<void> => {
    if (files.has(file.name)) return;
    for (const name of file.dependency) {
      for (const each of files.has(name) ? [] : await read({ case: "fileByFilename", value: name })) await add(each);
    }
    files.set(file.name, file);
  };
  for (const file of await read({ case: "fileContainingSymbol", value: symbol })) await add(file);
  return [...files.values()];
}

interface Outcome {
  readonly error: ServiceError | null;
  readonly value: unknown;
}

type Method = (request: object, metadata: Metadata, done: (error: ServiceError | null, value: unknown) => void) => void;

/** Calls methods of one service that reflection described. */
class ReflectedClient {
  private readonly client: Client;

  private constructor(client: Client) {
    this.client = client;
  }

  static async open(version: Version, service: string): Promise<ReflectedClient> {
    const caller = new GrpcCaller(world().grpcUrl);
    const file = await filesOf(caller, version, service);
    caller.close();
    const set = Buffer.from(toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file })));
    const loaded: unknown = loadPackageDefinition(
      loadFileDescriptorSetFromBuffer(set, { longs: String, enums: String }),
    );
    const found = service.split(".").reduce((at, name) => (at as Readonly<Record<string, unknown>>)[name], loaded);
    const Constructor = found as new (
      address: string,
      credential: ReturnType<typeof credentials.createInsecure>,
    ) => Client;
    return new ReflectedClient(new Constructor(new URL(world().grpcUrl).host, credentials.createInsecure()));
  }

  call(method: string, request: object, headers: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    const run = (this.client as unknown as Readonly<Record<string, Method>>)[method];
    assert.ok(run, method);
    return new Promise((resolve) =>
      run.call(this.client, request, metadata, (error, value) => resolve({ error, value })),
    );
  }

  close(): void {
    this.client.close();
  }
}

for (const version of ["v1", "v1alpha"] as const) {
  test(`a client made of reflection ${version} alone`, { timeout: 60_000 }, async () => {
    const { tenant, payment } = world();
    const bank = await ReflectedClient.open(version, "cosmos.bank.v1beta1.Query");
    const request = { address: tenant.address, denom: "uakt" };
    const now = await bank.call("Balance", request);
    assert.equal((now.value as { balance: { denom: string } }).balance.denom, "uakt");
    const before = { "x-cosmos-block-height": String(payment.height - 1n) };
    assert.deepEqual((await bank.call("Balance", request, before)).value, {
      balance: { denom: "uakt", amount: "100000000000" },
    });
    const wrong = await bank.call("Balance", { address: "x", denom: "uakt" });
    assert.equal(wrong.error?.code, status.INVALID_ARGUMENT);
    bank.close();

    const market = await ReflectedClient.open(version, "akash.market.v1beta5.Query");
    const page = await market.call("Leases", { filters: { owner: tenant.address }, pagination: { limit: "1" } });
    const { leases } = page.value as { leases: { lease: { id: { dseq: string }; state: string } }[] };
    assert.deepEqual(
      leases.map(({ lease }) => [lease.id.dseq, lease.state]),
      [["282", "active"]],
    );
    market.close();
    const tx = await ReflectedClient.open(version, "cosmos.tx.v1beta1.Service");
    const found = await tx.call("GetTx", { hash: payment.hash });
    assert.equal((found.value as { tx_response: { txhash: string } }).tx_response.txhash, payment.hash);
    tx.close();
  });
}
