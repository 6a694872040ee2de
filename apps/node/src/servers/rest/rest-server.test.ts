import assert from "node:assert/strict";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { concatBytes, fromBase64, fromUtf8Lossy, silentLog, toBase64, uint32Be } from "@stoa/std";
import { decode, encode } from "@stoa/wire";
import { Query, QueryBalanceRequestSchema, QueryBalanceResponseSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import type { QueryWorld } from "../../testing/query-world.ts";
import { startQueryWorld } from "../../testing/query-world-moves.ts";
import { serveStateless, serviceTable } from "../services/service-table.ts";
import { startRestServer } from "./rest-server.ts";

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const answer = await fetch(url, init);
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

const post = (body: string): RequestInit => ({ method: "POST", body });

function refusal(answer: Answer): { readonly status: number; readonly code: number; readonly message: string } {
  const { code, message, details } = JSON.parse(answer.text) as { code: number; message: string; details: unknown[] };
  assert.deepEqual(details, []);
  return { status: answer.status, code, message };
}

async function open(t: TestContext): Promise<QueryWorld> {
  return startQueryWorld(t);
}

test("parameters are read as the gateway reads them", async (t) => {
  const world = await open(t);
  const { restUrl, tenant } = world;
  const balances = `${restUrl}/cosmos/bank/v1beta1/balances/${tenant.address}`;
  const list = async (query: string) => {
    const answer = await ask(`${balances}?${query}`);
    assert.equal(answer.status, 200, answer.text);
    const body = JSON.parse(answer.text) as { balances: { denom: string }[]; pagination: { next_key: string | null } };
    return { denoms: body.balances.map(({ denom }) => denom), next: body.pagination.next_key };
  };
  const first = await list("pagination.limit=1");
  assert.deepEqual(first.denoms, ["uact"]);
  const key = encodeURIComponent(first.next ?? "");
  assert.deepEqual((await list(`pagination.key=${key}`)).denoms, ["uakt"]);
  // What stands in the path already is passed over in the query, as the web SDK sends it.
  assert.deepEqual((await list(`address=nobody&pagination.limit=0x1`)).denoms, ["uact"]);
  assert.deepEqual((await list("pagination.countTotal=true&pagination.offset=1")).denoms, ["uakt"]);
  assert.deepEqual((await list("pagination.reverse=true&pagination.limit=1")).denoms, ["uakt"]);
  // The amount stays as it is: the reference names the other unit without reckoning over.
  assert.deepEqual((await list("resolve_denom=true")).denoms, ["uact", "akt"]);
  const urlSafe = toBase64(Uint8Array.of(0xfb, 0xff)).replaceAll("+", "-").replaceAll("/", "_");
  assert.equal((await ask(`${balances}?pagination.key=${urlSafe}`)).status, 200);
  const validators = await ask(`${restUrl}/cosmos/staking/v1beta1/validators?pagination.offset=1000`);
  assert.deepEqual(JSON.parse(validators.text), { validators: [], pagination: { next_key: null, total: "1" } });
  const bad = async (query: string) => refusal(await ask(`${balances}?${query}`));
  assert.deepEqual(await bad("pagination.limit=x"), {
    status: 400,
    code: 3,
    message: 'strconv.ParseUint: parsing "x": invalid syntax',
  });
  assert.match((await bad("pagination.limit=99999999999999999999")).message, /value out of range$/);
  assert.match(
    (await bad("pagination.reverse=perhaps")).message,
    /strconv.ParseBool: parsing "perhaps": invalid syntax/,
  );
  assert.match((await bad("pagination.limit.more=1")).message, /unexpected nested field more in pagination\.limit/);
  assert.match((await bad("x=%zz")).message, /invalid URL escape "%zz"/);
  assert.match((await bad(`${"a=1&".repeat(1_001)}`)).message, /more than 1000 query parameters/);
  const twice = await ask(`${restUrl}/cosmos/bank/v1beta1/send_enabled?denoms=uakt&denoms=uact`);
  assert.equal(twice.status, 200);
  const height = await ask(balances, { headers: { "grpc-metadata-x-cosmos-block-height": "2" } });
  assert.equal(height.headers.get("x-cosmos-block-height"), "2");
});

test("bad input gets a bounded answer", async (t) => {
  const { restUrl } = await open(t);
  const simulate = `${restUrl}/cosmos/tx/v1beta1/simulate`;
  const large = await ask(simulate, post(`{"tx_bytes":"${"A".repeat(1_100_000)}"}`));
  assert.deepEqual(refusal(large), { status: 400, code: 3, message: "http: request body too large" });
  const deep = await ask(simulate, post(`{"tx":${"[".repeat(100_000)}`));
  assert.match(refusal(deep).message, /exceeded max depth/);
  assert.equal(refusal(await ask(simulate, post('{"tx_bytes":'))).message, "unexpected EOF");
  assert.match(refusal(await ask(simulate, post("nonsense"))).message, /invalid character 'o' in literal null/);
  assert.match(refusal(await ask(simulate, post('{"nope":1}'))).message, /empty txBytes is not allowed/);
  assert.match(refusal(await ask(simulate, post("[]"))).message, /cannot unmarshal array into Go value/);
  const base64 = refusal(await ask(simulate, post('{"tx_bytes":"AA!A"}')));
  assert.equal(base64.message, "illegal base64 data at input byte 2");
  assert.equal((await ask(`${restUrl}/${"a/".repeat(7_000)}`)).status, 501);
  assert.match(refusal(await ask(`${restUrl}/cosmos/%ff`)).message, /path is not UTF-8/);
  assert.equal((await ask(simulate, { method: "DELETE" })).status, 501);
  const truncated = await new Promise<string>((resolve) => {
    const socket = connect(Number(new URL(restUrl).port), "127.0.0.1");
    let text = "";
    socket.on("data", (chunk) => {
      text += String(chunk);
    });
    socket.on("close", () => resolve(text));
    socket.write(`POST /cosmos/tx/v1beta1/txs HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"tx`);
    socket.end();
  });
  assert.match(truncated, /^(?:HTTP\/1\.1 400|$)/);
  assert.equal((await ask(`${restUrl}/cosmos/bank/v1beta1/params`)).status, 200, "and goes on");
});

test("a reader that reads nothing is cut off", async (t) => {
  const text = "x".repeat(32 * 1024 * 1024);
  const services = serviceTable([
    serveStateless(Query.method.denomMetadata, async () => ({ metadata: { name: text } })),
  ]);
  const server = await startRestServer({
    ...{ host: "127.0.0.1", port: 0, services, version: "v1", log: silentLog },
    stalledReaderMs: 200,
  });
  t.after(() => server.close(0));
  const socket = connect(server.port, "127.0.0.1");
  socket.write("GET /cosmos/bank/v1beta1/denoms_metadata/x HTTP/1.1\r\nhost: x\r\n\r\n");
  await new Promise((resolve) => socket.once("data", resolve));
  socket.pause();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const received = await new Promise<number>((resolve) => {
    let bytes = 0;
    socket.on("data", (chunk) => {
      bytes += chunk.length;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(bytes));
    socket.resume();
  });
  assert.ok(received < text.length, `only what was on its way arrived: ${received}`);
});

test("browsers may ask from anywhere", async (t) => {
  const { restUrl } = await open(t);
  const headers = { origin: "https://wallet.example", "access-control-request-method": "GET" };
  const asked = await ask(`${restUrl}/cosmos/bank/v1beta1/params`, { method: "OPTIONS", headers });
  assert.equal(asked.status, 204);
  assert.equal(asked.headers.get("access-control-allow-origin"), "*");
});

test("the OpenAPI document describes every route, and the page needs nothing from elsewhere", async (t) => {
  const { restUrl } = await open(t);
  const document = JSON.parse((await ask(`${restUrl}/openapi.json`)).text) as {
    readonly openapi: string;
    readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly parameters: { name: string }[] }>>>>;
    readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
  };
  assert.equal(document.openapi, "3.0.3");
  const balances = document.paths["/cosmos/bank/v1beta1/balances/{address}"]?.get;
  const names = balances?.parameters.map(({ name }) => name);
  assert.ok(names?.includes("address") && names.includes("pagination.limit"));
  assert.ok(document.paths["/cosmos/tx/v1beta1/simulate"]?.post !== undefined);
  const named = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([\w.]+)"/g)].map(
    ([, name]) => name ?? "",
  );
  const missing = named.filter((name) => !(name in document.components.schemas));
  assert.deepEqual(missing, []);
  const page = await ask(`${restUrl}/docs/`);
  assert.match(page.headers.get("content-type") ?? "", /^text\/html/);
  assert.doesNotMatch(page.text, /(?:src|href)="(?:https?:)?\/\//);
});

test("gRPC-web answers in both forms, with the status in its trailer", async (t) => {
  const { restUrl, tenant } = await open(t);
  const url = `${restUrl}/cosmos.bank.v1beta1.Query/Balance`;
  const request = encode(
    QueryBalanceRequestSchema,
    create(QueryBalanceRequestSchema, { address: tenant.address, denom: "uact" }),
  );
  const framed = concatBytes(Uint8Array.of(0), uint32Be(request.length), request);
  const read = (bytes: Uint8Array) => {
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
    const hasMessage = bytes[0] === 0;
    const rest = hasMessage ? bytes.subarray(5 + length) : bytes;
    return { message: bytes.subarray(5, 5 + length), trailer: fromUtf8Lossy(rest.subarray(5)) };
  };
  const binary = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/grpc-web+proto" },
    body: framed as Uint8Array<ArrayBuffer>,
  });
  const { message, trailer } = read(new Uint8Array(await binary.arrayBuffer()));
  assert.equal(decode(QueryBalanceResponseSchema, message).balance?.denom, "uact");
  assert.equal(trailer, "grpc-status:0\r\ngrpc-message:\r\n");
  assert.match(binary.headers.get("x-cosmos-block-height") ?? "", /^\d+$/);
  const text = await ask(url, {
    method: "POST",
    headers: { "content-type": "application/grpc-web-text" },
    body: toBase64(framed),
  });
  assert.equal(
    decode(QueryBalanceResponseSchema, read(fromBase64(text.text) ?? new Uint8Array()).message).balance?.denom,
    "uact",
  );
  const failed = await fetch(`${restUrl}/cosmos.gov.v1.Query/Params`, {
    method: "POST",
    headers: { "content-type": "application/grpc-web" },
    body: framed.subarray(0, 3) as Uint8Array<ArrayBuffer>,
  });
  const unserved = "grpc-status:12\r\ngrpc-message:unknown service cosmos.gov.v1.Query\r\n";
  assert.equal(read(new Uint8Array(await failed.arrayBuffer())).trailer, unserved);
  const cut = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/grpc-web" },
    body: framed.subarray(0, 9) as Uint8Array<ArrayBuffer>,
  });
  assert.match(read(new Uint8Array(await cut.arrayBuffer())).trailer, /^grpc-status:3\r\n/);
});
