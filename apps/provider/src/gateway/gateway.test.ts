import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fullAccess, GatewayError } from "@stoa/client";
import { fromUtf8Lossy, utf8 } from "@stoa/std";
import {
  all,
  client,
  collect,
  connect,
  granular,
  lease,
  provider,
  runtime,
  startGateway,
  stopGateway,
  tenant,
  unpublished,
} from "./test-gateway.ts";

before(startGateway);
after(stopGateway);

test("a token and a published certificate both open the lease's status", async () => {
  for (const who of [fullAccess, client]) {
    const status = await connect(who).leaseStatus(lease);
    assert.deepEqual(Object.keys(status.services), ["db", "web"]);
  }
});

test("a token for this provider by name works here, one for another does not", async () => {
  await connect(fullAccess, provider.address, [provider.address]).leaseStatus(lease);
  const other = connect(fullAccess, provider.address, [tenant.address]).leaseStatus(lease);
  await assert.rejects(other, (error: GatewayError) => error.code === "unauthorized");
});

test("an unpublished certificate is refused before anything is answered", async () => {
  await assert.rejects(connect(unpublished).version(), (error: GatewayError) => error.code === "unreachable");
});

test("the client does not speak to a server that is not the expected provider", async () => {
  const wrong = connect(fullAccess, tenant.address).version();
  await assert.rejects(wrong, (error: GatewayError) => error.code === "unreachable" && /not of/.test(error.message));
});

test("logs come by replica, also the tail of one service only", async () => {
  runtime.print(lease, "web", 0, "one");
  runtime.print(lease, "web", 0, "two");
  runtime.print(lease, "db", 0, "three");
  const lines = await collect(connect(fullAccess).logs(lease, all));
  assert.deepEqual(lines.map(({ message }) => message).sort(), ["one", "three", "two"]);
  const tail = await collect(connect(fullAccess).logs(lease, { services: ["web"], follow: false, tail: 1 }));
  assert.deepEqual(
    tail.map(({ message }) => message),
    ["two"],
  );
  assert.match(tail[0]?.name ?? "", /^web-0-/);
});

test("following sees lines as they come, and ends when the reader stops", async () => {
  const feed = connect(fullAccess).logs(lease, { services: ["db"], follow: true, tail: 0 });
  const printing = setInterval(() => runtime.print(lease, "db", 0, "later"), 20);
  for await (const { message } of feed) {
    assert.equal(message, "later");
    break;
  }
  clearInterval(printing);
});

test("a permission for one service hides the others", async () => {
  const limited = connect(granular(["logs", "status", "shell"], ["web"]));
  const lines = await collect(limited.logs(lease, all));
  assert.ok(lines.every(({ name }) => name.startsWith("web-")));
  const asked = collect(limited.logs(lease, { ...all, services: ["db"] }));
  await assert.rejects(asked, (error: GatewayError) => /401/.test(error.message));
  assert.deepEqual(Object.keys((await limited.leaseStatus(lease)).services), ["web"]);
  await assert.rejects(limited.serviceStatus(lease, "db"), (error: GatewayError) => error.code === "unauthorized");
  await assert.rejects(limited.manifest(lease), (error: GatewayError) => error.code === "unauthorized");
});

test("events name what happened to which replica", async () => {
  const events = await collect(connect(fullAccess).events(lease, { services: ["web"], follow: false }));
  assert.ok(events.some(({ reason, object }) => reason === "Started" && object.name.startsWith("web-0-")));
  // The hashed id, not the lease's own: the owner's address is nobody else's business.
  for (const { object } of events) assert.match(object.namespace, /^[0-9a-v]{45}$/);
});

test("a shell gives output and exit code, and says what it cannot run", async () => {
  const shell = (command: string[], service = "web") =>
    connect(fullAccess).shell(lease, { service, replica: 0, command, tty: false, stdin: true });
  const session = await shell(["sh", "-c", "echo hello; exit 3"]);
  const output = await collect(session.output);
  assert.equal(
    output
      .map(({ data }) => fromUtf8Lossy(data))
      .join("")
      .trim(),
    "hello",
  );
  assert.equal(await session.exitCode, 3);
  await assert.rejects((await shell(["true"], "nothing")).exitCode, /no service for that lease/);
});

test("what a client types at once, before the command runs, reaches it, and the end of input too", async () => {
  const request = { service: "web", replica: 0, command: ["cat"], tty: false, stdin: true };
  const session = await connect(fullAccess).shell(lease, request);
  session.write(utf8("typed"));
  session.resize(80, 24);
  session.write(utf8(" more"));
  session.endInput();
  const output = await collect(session.output);
  assert.equal(output.map(({ data }) => fromUtf8Lossy(data)).join(""), "typed more");
  assert.equal(await session.exitCode, 0);
});

test("a stream of a lease that is not here ends with not found", async () => {
  const nowhere = collect(connect(fullAccess).logs({ ...lease, dseq: 8n }, all));
  await assert.rejects(nowhere, (error: GatewayError) => error.code === "not-found");
});

test("a provider says why it did not bid", async () => {
  const order = { owner: tenant.address, dseq: 9n, gseq: 1, oseq: 1 };
  assert.deepEqual(await connect(fullAccess).order(order), { state: "declined", reasons: ["no GPU"] });
  const unseen = connect(fullAccess).order({ ...order, dseq: 10n });
  await assert.rejects(unseen, (error: GatewayError) => error instanceof GatewayError && error.code === "not-found");
});
