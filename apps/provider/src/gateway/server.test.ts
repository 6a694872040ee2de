import assert from "node:assert/strict";
import { Server as HttpServer } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { after, before, test } from "node:test";
import { connect as connectTls, createSecureContext } from "node:tls";
import { fullAccess } from "@stoa/client";
import { systemTimers } from "@stoa/host";
import { newCertificate } from "./certificate.ts";
import { Gateway } from "./gateway.ts";
import { GatewayServer } from "./server.ts";
import {
  client,
  clock,
  connect,
  gatewayUri,
  nowNs,
  params,
  provider,
  raw,
  server,
  startGateway,
  stopGateway,
} from "./test-gateway.ts";

before(startGateway);
after(stopGateway);

test("a body without declared length ends at the limit, and its sender hears why", async () => {
  const { status, text } = await raw("PUT", "/deployment/7/manifest", {}, (request) => {
    for (let i = 0; i < 6; i++) request.write(Buffer.alloc(1 << 20, 97));
    request.end();
  });
  assert.equal(status, 413);
  assert.match(text, /larger than 4194304 bytes/);
});

test("a client that may not send a manifest hears so, however much it sends", async () => {
  const { status } = await raw("PUT", "/deployment/7/manifest", { Authorization: "Bearer x.y.z" }, (request) =>
    request.end(Buffer.alloc(2 << 20, 97)),
  );
  assert.equal(status, 401);
});

test("pages of other origins may ask and read, with a token", async () => {
  const preflight = { Origin: "https://page.test", "Access-Control-Request-Method": "PUT" };
  const asked = await raw("OPTIONS", "/deployment/7/manifest", preflight);
  assert.equal(asked.status, 204);
  assert.match(asked.headers["access-control-allow-headers"] ?? "", /Authorization/);
  const read = await raw("GET", "/lease/7/1/1/status", { Origin: "https://page.test" });
  assert.deepEqual([read.status, read.headers["access-control-allow-origin"]], [200, "*"]);
});

test("a stream without a websocket, and a websocket without a stream, are refused in plain words", async () => {
  assert.deepEqual((await raw("GET", "/lease/7/1/1/logs", {})).text, "Bad Request\n");
  const upgrade = { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13" };
  assert.equal((await raw("GET", "/lease/9/1/1/status", upgrade)).status, 404);
});

test("the query of a stream is held to the reference's rules", async () => {
  const text = async (query: string) => (await raw("GET", `/lease/7/1/1/logs?${query}`, {})).text.trim();
  assert.equal(await text("service=web,"), 'parameter "service" must not contain trailing comma');
  assert.equal(await text("follow=perhaps"), 'strconv.ParseBool: parsing "perhaps": invalid syntax');
  assert.equal(await text("tail=-2"), 'parameter "tail" contains invalid value');
  assert.equal(await text("tail=99999999999"), 'strconv.ParseInt: parsing "99999999999": value out of range');
  assert.equal((await raw("GET", "/lease/7/1/1/shell?cmd0=sh&service=web&tty=0&stdin=0", {})).status, 400);
});

/** Sends some text, never hangs up, and waits until the gateway has let the connection go. */
function sendAndStall(text: string): Promise<string> {
  const { hostname, port } = new URL(gatewayUri());
  return new Promise((resolve) => {
    let answer = "";
    const options = { host: hostname, port: Number(port), rejectUnauthorized: false, allowHalfOpen: true };
    const socket = connectTls(options, () => socket.write(text));
    socket.on("data", (part) => {
      answer += part;
    });
    socket.on("error", () => undefined);
    // Only writing tells a connection that is gone from one whose other end is still there.
    let probe: NodeJS.Timeout | undefined;
    socket.on("end", () => {
      probe = setInterval(() => socket.write("x"), 100);
    });
    socket.on("close", () => {
      clearInterval(probe);
      resolve(answer);
    });
  });
}

test("a client that stalls, or whose headers never end, hears why and does not keep its connection", {
  timeout: 10_000,
}, async () => {
  const [large, silent, slow, refused] = await Promise.all([
    sendAndStall(`GET /address HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(300_000)}\r\n\r\n`),
    sendAndStall(""),
    sendAndStall("GET /address HTTP/1.1\r\nHost: x\r\n"),
    sendAndStall("GET /lease/7/1/1/logs HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
  ]);
  assert.match(large, /^HTTP\/1\.1 431 [\s\S]*the headers are larger than 65536 bytes$/);
  assert.match(silent, /^HTTP\/1\.1 408 /);
  assert.match(slow, /^HTTP\/1\.1 408 /);
  assert.match(refused, /^HTTP\/1\.1 401 /);
});

test("a request that offers HTTP/2 is answered as an ordinary one", async () => {
  const offer = { Connection: "Upgrade, HTTP2-Settings", Upgrade: "h2c", "HTTP2-Settings": "AAMAAABkAAQAoAAAAAIAAAAA" };
  const answer = await raw("PUT", "/deployment/7/manifest", offer, (request) => request.end("[]"));
  assert.deepEqual([answer.status, answer.text.trim().slice(0, 30)], [404, "rpc error: code = NotFound des"]);
});

test("one account's streams leave room for the others'", async () => {
  const feeds: AsyncIterator<unknown>[] = [];
  const open = async () => {
    const feed = connect(fullAccess).events({ dseq: 7n, gseq: 1, oseq: 1 }, { services: [], follow: true });
    const reader = feed[Symbol.asyncIterator]();
    await reader.next();
    feeds.push(reader);
  };
  for (let i = 0; i < 64; i++) await open();
  await assert.rejects(open(), /your account has too many open streams/);
  await Promise.all(feeds.map((reader) => reader.return?.()));
});

/** The serial that the gateway's certificate has for a client that asks for a name. */
function servedSerial(port: number, servername: string): Promise<bigint> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: "127.0.0.1", port, servername, rejectUnauthorized: false }, () => {
      const serial = socket.getPeerX509Certificate()?.serialNumber;
      socket.destroy();
      resolve(BigInt(`0x${serial}`));
    });
    socket.on("error", reject);
  });
}

test("a client that asks for the public name sees its certificate, every other the published one, also after a renewal", async () => {
  const forName = newCertificate({
    address: "provider.test",
    hosts: ["provider.test"],
    nowNs: nowNs + 3n,
    validDays: 1,
  });
  const next = newCertificate({ address: provider.address, hosts: ["localhost"], nowNs: nowNs + 4n, validDays: 1 });
  const publicName = {
    hostname: "provider.test",
    context: () => createSecureContext({ cert: forName.certificate, key: forName.privateKey }),
  };
  const named = new GatewayServer({
    ...params,
    gateway: new Gateway(params),
    timers: systemTimers,
    onChain: server,
    publicName,
  });
  const port = await named.listen(0, "127.0.0.1");
  assert.equal(await servedSerial(port, "provider.test"), forName.serial);
  assert.equal(await servedSerial(port, "mtls.provider.test"), server.serial);
  named.renew(next);
  assert.equal(await servedSerial(port, "other.test"), next.serial);
  await named.close();
});

test("a certificate is to be shown anew after a while: it may have been revoked", async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const identity = { agent, rejectUnauthorized: false, cert: client.certificate, key: client.privateKey };
  const ask = () =>
    new Promise<string | undefined>((resolve, reject) => {
      const request = httpsRequest(`${gatewayUri()}/address`, identity, (response) => {
        response.resume();
        response.on("end", () => resolve(response.headers.connection));
      });
      request.on("error", reject);
      request.end();
    });
  assert.equal(await ask(), "keep-alive");
  clock.aheadS = 60n;
  assert.equal(await ask(), "close");
  clock.aheadS = 0n;
  agent.destroy();
});

test("a client that leaves while its certificate is checked is read from no more", async (t) => {
  const emitted = t.mock.method(HttpServer.prototype, "emit");
  let leave = (): void => {};
  let checked = (): void => {};
  const done = new Promise<void>((resolve) => {
    checked = resolve;
  });
  const chain = {
    ...params.chain,
    certificate: async (owner: string, serial: bigint) => {
      leave();
      // The end of the connection is heard of meanwhile.
      await new Promise((resolve) => setTimeout(resolve, 100));
      setImmediate(checked);
      return params.chain.certificate(owner, serial);
    },
  };
  const slow = { ...params, chain };
  const gateway = new GatewayServer({ ...slow, gateway: new Gateway(slow), timers: systemTimers, onChain: server });
  const port = await gateway.listen(0, "127.0.0.1");
  t.after(() => gateway.close());
  const [cert, key] = [client.certificate, client.privateKey];
  const socket = connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false, cert, key });
  socket.on("error", () => {});
  leave = () => socket.destroy();
  await done;
  const connections = emitted.mock.calls.filter((call) => String(call.arguments[0]) === "connection");
  assert.equal(connections.length, 0);
});
