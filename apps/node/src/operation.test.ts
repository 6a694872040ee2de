import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { request as plainRequest } from "node:http";
import { type RequestOptions, request } from "node:https";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { loadConfig } from "@stoa/host";
import { silentLog } from "@stoa/std";
import { startNode } from "./main.ts";
import { nodeConfigSchema } from "./node-config.ts";
import { GrpcCaller } from "./testing/grpc-caller.ts";
import { makeTestHome, type TestHome } from "./testing/test-home.ts";

/** A node with these settings. */
async function start(t: TestContext, file: Readonly<Record<string, unknown>>, given?: TestHome) {
  const made = given ?? (await makeTestHome(t));
  const ports = { rpcPort: 0, restPort: 0, grpcPort: 0, metricsPort: 0, blockIntervalMs: 50 };
  const loaded = loadConfig(nodeConfigSchema, { file: { ...ports, ...file } });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const node = await startNode({ home: made.home, config: loaded.value.values, log: silentLog });
  made.scope.defer("node", () => node.close());
  return { node, ...made };
}

test("metrics are Prometheus' text, and health says that blocks are made", async (t) => {
  const { node } = await start(t, { metricsEnabled: true });
  assert.ok(node.metricsUrl !== undefined);
  const answer = await fetch(`${node.metricsUrl}/metrics`);
  assert.match(answer.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  const text = await answer.text();
  const names = new Set<string>();
  for (const line of text.trimEnd().split("\n")) {
    assert.match(line, /^(# HELP stoa_node_\w+ .+\.|# TYPE stoa_node_\w+ (gauge|counter)|stoa_node_\w+ -?[\d.e+-]+)$/);
    if (!line.startsWith("#")) names.add(line.split(" ")[0] ?? "");
  }
  const page =
    readFileSync(join(import.meta.dirname, "..", "README.md"), "utf8").split("## Health and metrics")[1] ?? "";
  const [table = ""] = page.split("\nLogs are");
  const rows = table.split("\n").filter((line) => line.startsWith("| `"));
  const documented = rows.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, name]) => name));
  assert.deepEqual([...names].sort(), documented.map((name) => `stoa_node_${name}`).sort());
  assert.match(text, /^stoa_node_height [1-9]/m);
  const health = await fetch(`${node.metricsUrl}/health`);
  assert.deepEqual([health.status, await health.text()], [200, "ok"]);
  assert.equal((await fetch(`${node.metricsUrl}/other`)).status, 404);
});

test("browsers of other origins may ask as the settings say, and nobody too often", async (t) => {
  const { node } = await start(t, { corsOrigins: ["https://wallet.example"], requestsPerSecond: 20 });
  const urls = [`${node.rpcUrl}/health`, `${node.restUrl}/cosmos/base/tendermint/v1beta1/node_info`];
  for (const url of urls) {
    const from = async (origin: string) => (await fetch(url, { headers: { origin } })).headers;
    const known = await from("https://wallet.example");
    assert.equal(known.get("access-control-allow-origin"), "https://wallet.example");
    assert.equal((await from("https://other.example")).get("access-control-allow-origin"), null);
    const statuses = await Promise.all(Array.from({ length: 60 }, async () => (await fetch(url)).status));
    assert.ok(statuses.includes(200) && statuses.includes(429), url);
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal((await fetch(urls[0] ?? "")).status, 200, "later there is room again");
  await new Promise((resolve) => setTimeout(resolve, 200));
  const socketFrom = (origin: string) => upgradeStatus(`${node.rpcUrl}/websocket`, { origin });
  assert.equal(await socketFrom("https://other.example"), 403);
  assert.equal(await socketFrom("https://wallet.example"), 101);
});

/** What a request for a websocket is answered with. */
function upgradeStatus(
  url: string,
  more: Record<string, string> = {},
  tls?: RequestOptions,
): Promise<number | undefined> {
  const headers = {
    ...more,
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
  };
  return new Promise((resolve, reject) => {
    const asked = tls === undefined ? plainRequest(url, { headers }) : request(url, { ...tls, headers });
    asked.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve(response.statusCode);
    });
    asked.on("response", (response) => resolve(response.resume().statusCode));
    asked.on("error", reject);
    asked.end();
  });
}

test("every server refuses who asks too often in its own way, and counts for itself", async (t) => {
  const { node } = await start(t, { requestsPerSecond: 1, metricsEnabled: true });
  const path = "/cosmos.base.tendermint.v1beta1.Service/GetNodeInfo";
  const web = async () => {
    const headers = { "content-type": "application/grpc-web+proto" };
    const answer = await fetch(`${node.restUrl}${path}`, { method: "POST", headers, body: new Uint8Array(5) });
    return { status: answer.status, text: Buffer.from(await answer.arrayBuffer()).toString("latin1") };
  };
  // Whatever time passes between two calls: of many at once, one is allowed, or two.
  const many = <T>(ask: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: 6 }, ask));
  const refusedWeb = (await many(web)).filter(({ text }) => text.includes("grpc-status:8"));
  assert.ok(refusedWeb.length > 0);
  for (const each of refusedWeb) {
    assert.equal(each.status, 200);
    assert.match(each.text, /grpc-status:8\r\ngrpc-message:too many requests\r\n$/);
  }
  const rest = await many(() => fetch(`${node.restUrl}/cosmos/base/tendermint/v1beta1/node_info`));
  const refusedRest = rest.find(({ status }) => status === 429);
  assert.deepEqual(await refusedRest?.json(), { code: 8, message: "too many requests", details: [] });
  const metrics = await many(async () => (await fetch(`${node.metricsUrl}/metrics`)).status);
  assert.ok(metrics.includes(200) && metrics.includes(429));
  const sockets = await many(() => upgradeStatus(`${node.rpcUrl}/websocket`));
  assert.ok(sockets.includes(101) && sockets.includes(429));
  const caller = new GrpcCaller(node.grpcUrl ?? "");
  t.after(() => caller.close());
  const codes = (await many(() => caller.call(path, new Uint8Array()))).map(({ code }) => code);
  assert.ok(codes.includes(0) && codes.includes(8));
});

test("members of a batch and everything that a websocket sends count", async (t) => {
  const { node } = await start(t, { requestsPerSecond: 40 });
  const batch = JSON.stringify(Array.from({ length: 20 }, (_, id) => ({ jsonrpc: "2.0", id, method: "health" })));
  const statuses: number[] = [];
  for (let n = 0; n < 6; n++) statuses.push((await fetch(node.rpcUrl, { method: "POST", body: batch })).status);
  assert.deepEqual([statuses[0], statuses.includes(429)], [200, true]);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const socket = new WebSocket(`${node.rpcUrl.replace("http", "ws")}/websocket`);
  const answers: string[] = [];
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  const answered = new Promise<void>((resolve) => {
    socket.addEventListener("message", ({ data }) => {
      answers.push(String(data));
      resolve();
    });
  });
  for (let n = 0; n < 100; n++) socket.send('{"jsonrpc":"2.0","method":"health"}');
  socket.send('{"jsonrpc":"2.0","id":1,"method":"health"}');
  await answered;
  socket.close();
  assert.match(answers[0] ?? "", /"data":"too many requests"/);
});

/** A person's machine may lack the program; a machine that checks what lands has it. */
const noOpenssl = process.env.CI !== "true" && spawnSync("openssl", ["version"]).status !== 0;

function certificate(folder: string): { cert: string; key: string } {
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  execFileSync("openssl", ["req", "-x509", ...kind, ...subject, "-keyout", key, "-out", cert], { stdio: "ignore" });
  return { cert, key };
}

const tlsSkip = noOpenssl ? "no openssl to make a certificate with" : false;

test("with a certificate every server speaks TLS, and a bad one stops the start", {
  skip: tlsSkip,
}, async (t) => {
  const made = await makeTestHome(t);
  const { cert, key } = certificate(made.home);
  const metrics = { metricsEnabled: true, metricsPort: 0 };
  const { node } = await start(t, { tlsCertificate: cert, tlsKey: key, ...metrics }, made);
  assert.match(node.rpcUrl, /^https:/);
  assert.match(node.restUrl ?? "", /^https:/);
  assert.match(node.grpcUrl ?? "", /^https:/);
  const ca = readFileSync(cert);
  for (const [url, path] of [
    [node.rpcUrl, "/health"],
    [node.restUrl ?? "", "/cosmos/base/tendermint/v1beta1/node_info"],
    [node.metricsUrl ?? "", "/metrics"],
  ] as const) {
    const status = await new Promise((resolve, reject) => {
      const options = { host: "127.0.0.1", servername: "localhost", port: new URL(url).port, path, ca };
      request(options, (answer) => resolve(answer.resume().statusCode))
        .on("error", reject)
        .end();
    });
    assert.equal(status, 200);
  }
  assert.equal(await upgradeStatus(`${node.rpcUrl}/websocket`, {}, { ca, servername: "localhost" }), 101);
  const caller = new GrpcCaller(node.grpcUrl ?? "", ca);
  t.after(() => caller.close());
  const { code, message } = await caller.call("/cosmos.bank.v1beta1.Query/Params", new Uint8Array());
  assert.equal(code, 0, message);
  await assert.rejects(start(t, { tlsCertificate: cert, tlsKey: cert }), /tlsCertificate .* cannot be used/);
});
