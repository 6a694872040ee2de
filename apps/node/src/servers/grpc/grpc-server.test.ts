import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { HostError } from "@stoa/host";
import { silentLog } from "@stoa/std";
import { Query } from "@stoa/wire/cosmos.bank.v1beta1";
import { GrpcCaller } from "../../testing/grpc-caller.ts";
import { ServiceError } from "../services/service-error.ts";
import { type ServiceTable, serveStateless, serviceTable } from "../services/service-table.ts";
import { type GrpcServer, startGrpcServer } from "./grpc-server.ts";

/** A table of one method; what it does is up to the test. */
function tableOf(answer: () => Promise<void>): ServiceTable {
  const params = serveStateless(Query.method.params, async () => {
    await answer();
    return { params: { defaultSendEnabled: true } };
  });
  return serviceTable([params]);
}

const path = "/cosmos.bank.v1beta1.Query/Params";

function start(services: ServiceTable, port = 0): Promise<GrpcServer> {
  return startGrpcServer({ host: "127.0.0.1", port, services, log: silentLog });
}

test("codes are those of the service; what is no refusal is Internal, and the server goes on", async (t) => {
  let problem: Error | undefined = new ServiceError("FailedPrecondition", "not now: 100%");
  const server = await start(
    tableOf(async () => {
      if (problem !== undefined) throw problem;
    }),
  );
  const caller = new GrpcCaller(server.url);
  t.after(async () => {
    caller.close();
    await server.close(0);
  });
  const refused = await caller.call(path, new Uint8Array());
  assert.deepEqual([refused.code, refused.message], [status.FAILED_PRECONDITION, "not now: 100%"]);
  problem = new Error("broken");
  assert.equal((await caller.call(path, new Uint8Array())).code, status.INTERNAL);
  problem = undefined;
  assert.equal((await caller.call(path, new Uint8Array())).code, status.OK);
  const method = await caller.call("/cosmos.bank.v1beta1.Query/Balance", new Uint8Array());
  assert.equal(method.message, "unknown method Balance for service cosmos.bank.v1beta1.Query");
});

test("noise, cut frames and peers that say nothing do not stop it", async (t) => {
  const server = await start(tableOf(async () => {}));
  const sockets: Socket[] = [];
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await server.close(0);
  });
  for (const text of ["GET / HTTP/1.1\r\n\r\n", "\0".repeat(1_000), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ""]) {
    const socket = connect(server.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(text);
    sockets.push(socket);
  }
  const session = connectHttp2(server.url);
  session.on("error", () => {});
  const stream = session.request({
    ":method": "POST",
    ":path": path,
    "content-type": "application/grpc",
    te: "trailers",
  });
  stream.on("error", () => {});
  stream.write(Buffer.from([0, 0, 0, 0, 200, 1, 2]));
  stream.end();
  await new Promise((resolve) => stream.once("close", resolve));
  session.destroy();
  const caller = new GrpcCaller(server.url);
  assert.equal((await caller.call(path, new Uint8Array())).code, status.OK);
  caller.close();
});

test("a close lets running calls end, and frees the port", async () => {
  let release: () => void = () => {};
  let enter: () => void = () => {};
  const entered = new Promise<void>((resolve) => {
    enter = resolve;
  });
  const server = await start(
    tableOf(
      () =>
        new Promise((resolve) => {
          release = resolve;
          enter();
        }),
    ),
  );
  const caller = new GrpcCaller(server.url);
  const running = caller.call(path, new Uint8Array());
  await entered;
  const closed = server.close();
  release();
  assert.equal((await running).code, status.OK);
  caller.close();
  await closed;
  const next = await start(
    tableOf(async () => {}),
    server.port,
  );
  await assert.rejects(
    start(
      tableOf(async () => {}),
      server.port,
    ),
    (error: unknown) => {
      return error instanceof HostError && error.code === "address-in-use";
    },
  );
  await next.close(0);
});
