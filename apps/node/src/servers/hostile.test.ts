import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { concatBytes, toBase64, uint32Be, utf8 } from "@stoa/std";
import { assembleTx, buildTx, newMessage } from "@stoa/wire";
import { MsgSendSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import { signDirect } from "@stoa/wire/wallet";
import { WebSocket } from "ws";
import { GrpcCaller } from "../testing/grpc-caller.ts";
import { QueryWorld } from "../testing/query-world.ts";

/** Longest answer to a hostile request: none of them asks for anything large. */
const maxAnswerChars = 20_000;
const rounds = 6;
/** What as many rounds again may leave behind, in MiB: less than a hundredth of what they send. */
const maxGrowthMib = 8;

/** One hostile request: what is sent, and what must come back. */
interface Attack {
  readonly name: string;
  readonly send: () => Promise<string>;
  readonly expected: RegExp;
}

async function ask(url: string, init: RequestInit = {}): Promise<string> {
  const answer = await fetch(url, init);
  return `${answer.status} ${await answer.text()}`;
}

/** Sends bytes as they are, ends its own side, and reads until the server ends the other. */
function sendRaw(url: string, bytes: Uint8Array | string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(`closed ${text}`));
    socket.end(bytes);
  });
}

/** Sends frames over a websocket; the answer is the first one that comes, or the code with which it is closed. */
async function sendFrame(url: string, frame: string | Uint8Array): Promise<string> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/websocket`);
  await once(socket, "open");
  socket.on("error", () => {});
  const answered = new Promise<string>((resolve) => {
    socket.on("message", (data) => resolve(String(data)));
    socket.on("close", (code) => resolve(`closed ${code}`));
  });
  socket.send(frame);
  const text = await answered;
  socket.terminate();
  return text;
}

const rpc = (method: string, params: unknown): RequestInit => ({
  method: "POST",
  body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
});
const post = (body: string | Uint8Array, type = "application/json"): RequestInit => ({
  method: "POST",
  body: body as string,
  headers: { "content-type": type },
});
const large = "x".repeat(1_100_000);
const deep = `{"a":`.repeat(100_000);
const truncated = (path: string): string =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"jsonrpc"`;

/** Transactions of a tenant: one for another chain, one that is in the chain already, bytes that are none. */
async function transactions(world: QueryWorld) {
  const { tenant } = world;
  const value = { fromAddress: tenant.address, toAddress: tenant.address, amount: [{ denom: "uakt", amount: "1" }] };
  const messages = [newMessage(MsgSendSchema, value)];
  const known = world.sign(tenant, messages);
  await ask(world.node.rpcUrl, rpc("broadcast_tx_commit", { tx: toBase64(known) }));
  const { publicKey, privateKey, accountNumber } = tenant;
  const fee = { amount: [{ denom: "uakt", amount: 5_000n }], gasLimit: 1_000_000n };
  const tx = buildTx({ messages, fee, signers: [{ publicKey, sequence: 1n }] });
  const foreign = assembleTx(tx, [signDirect(tx, { privateKey, chainId: "another-1", accountNumber })]);
  return { known: toBase64(known), foreign: toBase64(foreign), none: toBase64(utf8("no transaction")) };
}

async function rpcAttacks(world: QueryWorld): Promise<Attack[]> {
  const url = world.node.rpcUrl;
  const { known, foreign, none } = await transactions(world);
  const call = (method: string, params: unknown) => () => ask(url, rpc(method, params));
  const search = (query: string) => call("tx_search", { query });
  const balance = { path: "/cosmos.bank.v1beta1.Query/TotalSupply", data: "" };
  return [
    { name: "an oversized body", send: () => ask(url, post(large)), expected: /^400 .*-32600/s },
    { name: "a truncated body", send: () => sendRaw(url, truncated("/")), expected: /^closed (?:$|HTTP\/1.1 400)/ },
    { name: "deep JSON", send: () => ask(url, post(deep)), expected: /^500 .*(?:max depth|unexpected end)/s },
    { name: "no JSON", send: () => ask(url, post("\0\xff")), expected: /^500 .*-32700/s },
    { name: "unknown members", send: call("health", { nope: 1, more: [{}] }), expected: /^200 .*"result":\{\}/s },
    { name: "an unknown method", send: call("nope", {}), expected: /-32601/ },
    { name: "twenty-one calls", send: () => ask(url, post(`[${"{},".repeat(20)}{}]`)), expected: /-32600/ },
    { name: "another chain's transaction", send: call("broadcast_tx_sync", { tx: foreign }), expected: /"code":4,/ },
    { name: "a replay", send: call("broadcast_tx_sync", { tx: known }), expected: /already exists in cache/ },
    { name: "no transaction", send: call("broadcast_tx_sync", { tx: none }), expected: /"code":2,.*tx parse error/ },
    {
      name: "a block of the future",
      send: call("block", { height: "9999999" }),
      expected: /must be less than or equal/,
    },
    { name: "a height that is none", send: call("block", { height: "-5" }), expected: /must be greater than 0/ },
    {
      name: "state of the future",
      send: call("abci_query", { ...balance, height: "9999999" }),
      expected: /"code":26,/,
    },
    { name: "state that is pruned", send: call("abci_query", { ...balance, height: "1" }), expected: /"code":38,/ },
    { name: "wrong protobuf", send: call("abci_query", { ...balance, data: "FFFF" }), expected: /"code":(?!0,)\d+/ },
    { name: "an endless query", send: search(`a.b='${"x".repeat(600)}'`), expected: /maximum query length/ },
    { name: "a query of many parts", send: search("a.b=1 AND ".repeat(50)), expected: /-32603/ },
    { name: "a query of everything", send: search("tx.height>0 AND tx.height EXISTS"), expected: /^(?:200|500) / },
    { name: "quotes", send: search("''''''''"), expected: /-32603/ },
    { name: "a GET without sense", send: () => ask(`${url}/block?height=%22%27`), expected: /-32602/ },
    { name: "a GET of hex that is none", send: () => ask(`${url}/tx?hash=0xzz`), expected: /-3260[23]/ },
    {
      name: "no HTTP",
      send: () => sendRaw(url, "\x16\x03\x01\x02\0nonsense\r\n\r\n"),
      expected: /^closed (?:$|HTTP\/1.1 400)/,
    },
  ];
}

function webSocketAttacks(world: QueryWorld): Attack[] {
  const send = (frame: string | Uint8Array) => () => sendFrame(world.node.rpcUrl, frame);
  const subscribe = (query: string) =>
    JSON.stringify({ jsonrpc: "2.0", id: 1, method: "subscribe", params: { query } });
  return [
    { name: "an oversized frame", send: send(large), expected: /^closed 1009/ },
    { name: "deep frames", send: send(deep), expected: /max depth|-32700/ },
    { name: "bytes", send: send(new Uint8Array(1_000).fill(0xff)), expected: /-32700/ },
    { name: "a hostile subscription", send: send(subscribe("a.b < ".repeat(80))), expected: /failed to parse query/ },
    { name: "an endless subscription", send: send(subscribe("x".repeat(600))), expected: /maximum query length/ },
  ];
}

function restAttacks(world: QueryWorld): Attack[] {
  const { restUrl: url } = world;
  const simulate = `${url}/cosmos/tx/v1beta1/simulate`;
  const at = (height: string) => () =>
    ask(`${url}/cosmos/bank/v1beta1/supply`, { headers: { "x-cosmos-block-height": height } });
  return [
    { name: "an oversized body", send: () => ask(simulate, post(large)), expected: /^400 .*too large/ },
    {
      name: "a truncated body",
      send: () => sendRaw(url, truncated("/cosmos/tx/v1beta1/simulate")),
      expected: /^closed (?:$|HTTP\/1.1 400)/,
    },
    { name: "deep JSON", send: () => ask(simulate, post(deep)), expected: /^400 .*(?:max depth|nests deeper)/ },
    { name: "unknown fields", send: () => ask(simulate, post('{"nope":1}')), expected: /^400 .*empty txBytes/ },
    { name: "no transaction", send: () => ask(simulate, post('{"tx_bytes":"AAAA"}')), expected: /^(?:400|500) / },
    { name: "state of the future", send: at("9999999"), expected: /^(?:400|500) .*future/ },
    { name: "state that is pruned", send: at("1"), expected: /^(?:400|404|500) .*does not exist/ },
    { name: "a height that is none", send: at("1e9"), expected: /^(?:400|500) .*invalid syntax/ },
    { name: "no route", send: () => ask(`${url}/${"a/".repeat(4_000)}`), expected: /^501 / },
  ];
}

function grpcWebAttacks(world: QueryWorld): Attack[] {
  const path = `${world.restUrl}/cosmos.bank.v1beta1.Query/Balance`;
  const send = (body: Uint8Array) => async (): Promise<string> => ask(path, post(body, "application/grpc-web+proto"));
  const status = (code: number): RegExp => new RegExp(`^200 .*grpc-status:${code}\\b`, "s");
  return [
    { name: "an oversized message", send: send(new Uint8Array(10 * 1024 * 1024 + 1)), expected: status(8) },
    { name: "half a prefix", send: send(Uint8Array.of(0, 0)), expected: status(3) },
    {
      name: "a length that lies",
      send: send(concatBytes(Uint8Array.of(0), uint32Be(4_000_000_000))),
      expected: status(3),
    },
    { name: "a compressed message", send: send(Uint8Array.of(1, 0, 0, 0, 1, 0)), expected: status(12) },
    {
      name: "wrong protobuf",
      send: send(Uint8Array.of(0, 0, 0, 0, 2, 0xff, 0xff)),
      expected: /^200 .*grpc-status:[1-9]/s,
    },
  ];
}

function grpcAttacks(world: QueryWorld, caller: GrpcCaller): Attack[] {
  const send =
    (path: string, bytes: Uint8Array, headers = {}) =>
    async (): Promise<string> => {
      const { code, message } = await caller.call(path, bytes, headers);
      return `${code} ${message}`;
    };
  const balance = "/cosmos.bank.v1beta1.Query/Balance";
  const supply = "/cosmos.bank.v1beta1.Query/TotalSupply";
  const none = new Uint8Array();
  return [
    { name: "an oversized message", send: send(balance, new Uint8Array(11 * 1024 * 1024)), expected: /^8 / },
    { name: "wrong protobuf", send: send(balance, Uint8Array.of(0xff, 0xff)), expected: /^(?:3|13) / },
    { name: "no method", send: send("/a.B/C", none), expected: /^12 / },
    {
      name: "state of the future",
      send: send(supply, none, { "x-cosmos-block-height": "9999999" }),
      expected: /^[1-9]/,
    },
    { name: "state that is pruned", send: send(supply, none, { "x-cosmos-block-height": "1" }), expected: /^[1-9]/ },
    { name: "no HTTP/2", send: () => sendRaw(world.grpcUrl, "GET / HTTP/1.1\r\nhost: x\r\n\r\n"), expected: /^closed/ },
    { name: "noise", send: () => sendRaw(world.grpcUrl, new Uint8Array(5_000).fill(0x5a)), expected: /^closed/ },
  ];
}

function metricsAttacks(world: QueryWorld): Attack[] {
  const url = world.node.metricsUrl ?? "";
  return [
    { name: "a body", send: () => ask(`${url}/health`, post(large)), expected: /^200 ok/ },
    { name: "no page", send: () => ask(`${url}/${"x".repeat(5_000)}`), expected: /^404 / },
    { name: "no HTTP", send: () => sendRaw(url, "\0\0\0\0\r\n\r\n"), expected: /^closed (?:$|HTTP\/1.1 400)/ },
  ];
}

function collector(): () => Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  return async () => {
    let least = Number.POSITIVE_INFINITY;
    // Large bodies are let go a moment after their connections end: what stays is the least of a few looks.
    for (let look = 0; look < 5; look++) {
      collect();
      const { heapUsed, external } = process.memoryUsage();
      least = Math.min(least, (heapUsed + external) / 1_048_576);
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
    return least;
  };
}

async function open(t: TestContext): Promise<{ world: QueryWorld; attacks: ReadonlyMap<string, readonly Attack[]> }> {
  const world = await QueryWorld.start(t, { keepVersions: 5, metricsEnabled: true, metricsPort: 0 });
  const caller = new GrpcCaller(world.grpcUrl);
  t.after(() => caller.close());
  await world.pass(8n);
  const attacks = new Map([
    ["JSON-RPC", await rpcAttacks(world)],
    ["websocket", webSocketAttacks(world)],
    ["REST", restAttacks(world)],
    ["gRPC-web", grpcWebAttacks(world)],
    ["gRPC", grpcAttacks(world, caller)],
    ["metrics", metricsAttacks(world)],
  ]);
  return { world, attacks };
}

test("hostile requests to every server get short answers; neither memory nor blocks feel them", async (t) => {
  const { world, attacks } = await open(t);
  const inUseMib = collector();
  const play = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n++) {
      for (const [server, list] of attacks) {
        for (const { name, send, expected } of list) {
          const answer = await send();
          assert.match(answer, expected, `${server}: ${name}`);
          assert.ok(answer.length <= maxAnswerChars, `${server}: ${name} got ${answer.length} characters`);
        }
      }
    }
  };
  await play(rounds);
  const [before, height] = [await inUseMib(), world.node.height()];
  await play(rounds);
  const grown = (await inUseMib()) - before;
  t.diagnostic(`${world.node.height() - height} blocks meanwhile, ${grown.toFixed(1)} MiB more in use`);
  assert.ok(grown < maxGrowthMib, `${grown.toFixed(1)} MiB more are in use`);
  assert.ok(world.node.height() >= height + BigInt(rounds), "blocks went on");
  assert.match(await ask(`${world.node.rpcUrl}/health`), /^200 .*"result":\{\}/);
});

/** Sockets thrown at each server at once. */
const floodSockets = process.env.STOA_LONG === "1" ? 2_500 : 600;
/** Silent sockets are closed after 10 s, which is looked at every 5 s. */
const silenceMs = 40_000;

test(`${floodSockets} silent sockets at every server at once: blocks go on, and those who speak are served again`, async (t) => {
  const world = await QueryWorld.start(t, { metricsEnabled: true, metricsPort: 0 });
  const caller = new GrpcCaller(world.grpcUrl);
  t.after(() => caller.close());
  const { rpcUrl, metricsUrl = "" } = world.node;
  const height = world.node.height();
  const sockets: Socket[] = [];
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (const url of [rpcUrl, world.restUrl, world.grpcUrl, metricsUrl]) {
    for (let n = 0; n < floodSockets; n++) {
      sockets.push(connect(Number(new URL(url).port), "127.0.0.1").on("error", () => {}));
    }
  }
  await world.pass(height + 20n);
  const params = `${world.restUrl}/cosmos/bank/v1beta1/params`;
  const deadline = performance.now() + silenceMs;
  for (const url of [`${rpcUrl}/health`, params, `${metricsUrl}/health`]) {
    let answer = "";
    while (!answer.startsWith("200 ") && performance.now() < deadline) {
      answer = await ask(url).catch((error: unknown) => String(error));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.match(answer, /^200 /, url);
  }
  for (const socket of sockets) socket.destroy();
  await world.pass(world.node.height() + 2n);
  assert.equal((await caller.call("/cosmos.bank.v1beta1.Query/Params", new Uint8Array())).code, 0);
});
