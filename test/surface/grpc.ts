import { create, type JsonValue } from "@bufbuild/protobuf";
import type { VectorFailure } from "@stoa/test";
import { decode, encode, fromProtoJson, toProtoJson } from "@stoa/wire";
import { registry, typeByUrl } from "@stoa/wire/registry";
import { differences, type Json, masked } from "../../apps/node/src/servers/rpc/surface-shape.ts";
import { grpcCodes } from "../../apps/node/src/servers/services/service-error.ts";
import { GrpcCaller } from "../../apps/node/src/testing/grpc-caller.ts";
import { grpcSurfaceOf } from "../../apps/node/src/testing/service-surface.ts";
import { type Names, type Network, named } from "./names.ts";

/** A call, and what it came to: the message as JSON, or the error. */
export interface GrpcCase {
  readonly method: string;
  /** In protobuf JSON, or raw bytes in hex; names stand in braces. */
  readonly request: JsonValue | { readonly hex: string };
  readonly height?: string;
  readonly code: string;
  readonly message: string;
  readonly response?: Json;
}

type Question = Pick<GrpcCase, "method" | "request" | "height">;

/** Requests beside the empty one, by method. */
const requests: Readonly<Record<string, readonly JsonValue[]>> = {
  "cosmos.auth.v1beta1.Query/Account": [{ address: "{tenant}" }, { address: "x" }, { address: "{nobody}" }],
  "cosmos.auth.v1beta1.Query/AccountInfo": [{ address: "{tenant}" }, { address: "{operator}" }],
  "cosmos.auth.v1beta1.Query/AddressBytesToString": [{ address_bytes: "AAAA" }],
  "cosmos.auth.v1beta1.Query/AddressStringToBytes": [{ address_string: "{tenant}" }, { address_string: "x" }],
  "cosmos.auth.v1beta1.Query/ModuleAccountByName": [{ name: "escrow" }, { name: "x" }],
  "cosmos.bank.v1beta1.Query/Balance": [
    { address: "{tenant}", denom: "uakt" },
    { address: "x", denom: "uakt" },
  ],
  "cosmos.bank.v1beta1.Query/AllBalances": [{ address: "{tenant}", pagination: { limit: "1" } }, { address: "x" }],
  "cosmos.bank.v1beta1.Query/DenomMetadata": [{ denom: "uakt" }, { denom: "nope" }],
  "cosmos.authz.v1beta1.Query/Grants": [
    { granter: "{tenant}", grantee: "{grantee}" },
    { granter: "x", grantee: "x" },
  ],
  "cosmos.feegrant.v1beta1.Query/Allowance": [{ granter: "{tenant}", grantee: "{allowed}" }, { granter: "{tenant}" }],
  "cosmos.tx.v1beta1.Service/GetTx": [{ hash: "{hash}" }, { hash: "zz" }],
  "cosmos.tx.v1beta1.Service/GetTxsEvent": [{ query: "tx.height={txHeight}" }, { query: "x" }],
  "cosmos.tx.v1beta1.Service/GetBlockWithTxs": [{ height: "{txHeight}" }, { height: "-1" }],
  "cosmos.tx.v1beta1.Service/Simulate": [{ tx_bytes: "AAAA" }, { tx: {} }],
  "cosmos.tx.v1beta1.Service/BroadcastTx": [{ tx_bytes: "AAAA" }, { tx_bytes: "AAAA", mode: 2 }, { mode: 2 }],
  "cosmos.tx.v1beta1.Service/TxDecode": [{ tx_bytes: "AAAA" }],
  "cosmos.base.tendermint.v1beta1.Service/GetBlockByHeight": [{ height: "{idle}" }, { height: "99999999" }],
  "cosmos.base.tendermint.v1beta1.Service/ABCIQuery": [{ path: "/app/version" }, { path: "/store/bank/key" }],
  "cosmos.staking.v1beta1.Query/Validator": [{ validator_addr: "{operator}" }, { validator_addr: "{tenant}" }],
  "akash.deployment.v1beta4.Query/Deployment": [
    { id: { owner: "{tenant}", dseq: "{leased}" } },
    { id: { owner: "x" } },
  ],
  "akash.deployment.v1beta4.Query/Deployments": [{ filters: { state: "x" } }, { pagination: { offset: "1" } }],
  "akash.market.v1beta5.Query/Order": [{ id: { owner: "{tenant}", dseq: "{leased}", gseq: 1, oseq: 1 } }],
  "akash.market.v1beta5.Query/Lease": [
    { id: { owner: "{tenant}", dseq: "{leased}", gseq: 1, oseq: 1, provider: "{provider}" } },
    { id: { owner: "{tenant}", dseq: "77", gseq: 1, oseq: 1, provider: "{provider}" } },
  ],
  "akash.provider.v1beta4.Query/Provider": [{ owner: "{provider}" }, { owner: "{nobody}" }],
  "akash.cert.v1.Query/Certificates": [{ filter: { owner: "{tenant}" } }, { filter: { state: "x" } }],
};

const brokenBytes = ["ff", "0a", "0b", "0c", "00", "0a05"];
const heights = ["0", "-1", "x", "", "{idle}", "99999999"];

const jsonOf = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

function inputOf(path: string) {
  const [service = "", name = ""] = path.split("/");
  const method = registry.getService(service)?.methods.find((each) => each.name === name);
  if (method === undefined) throw new Error(`no method ${path} in the descriptors`);
  return method;
}

function bytesOf({ method, request }: Question, names: Names): Uint8Array {
  if (typeof request === "object" && request !== null && "hex" in request) {
    return Buffer.from(String(request.hex), "hex");
  }
  const { input } = inputOf(method);
  const read = fromProtoJson(input, JSON.parse(named(JSON.stringify(request), names)) as JsonValue, typeByUrl);
  if (!read.ok) throw read.error;
  return encode(input, create(input, read.value));
}

/** Files and lines of the other build say nothing of the protocol. */
const withoutSource = (text: string): string => text.replace(/ \[[\w/.@-]+\.go:\d+\]/g, "");

async function callOf(caller: GrpcCaller, question: Question, names: Names): Promise<GrpcCase> {
  const { method, request, height } = question;
  const headers = height === undefined ? {} : { "x-cosmos-block-height": named(height, names) };
  const answer = await caller.call(`/${method}`, bytesOf(question, names), headers);
  const code = Object.entries(grpcCodes).find(([, number]) => number === answer.code)?.[0] ?? String(answer.code);
  const said = {
    method,
    request,
    ...(height === undefined ? {} : { height }),
    code,
    message: withoutSource(answer.message),
  };
  if (answer.code !== 0) return said;
  const { output } = inputOf(method);
  const json = toProtoJson(output, decode(output, answer.value), typeByUrl);
  return { ...said, response: json.ok ? jsonOf(json.value) : null };
}

/** Methods of the services that another network's reflection names, with the requests for each. */
async function questionsFor(caller: GrpcCaller): Promise<Question[]> {
  const surface = grpcSurfaceOf(caller);
  const questions: Question[] = [];
  for (const service of (await surface.services()).toSorted()) {
    if (service.startsWith("grpc.reflection.") || registry.getService(service) === undefined) continue;
    for (const name of await surface.methods(service)) {
      const method = `${service}/${name}`;
      for (const request of [{}, ...(requests[method] ?? [])]) questions.push({ method, request });
      for (const hex of brokenBytes) questions.push({ method, request: { hex } });
    }
  }
  for (const height of heights) {
    questions.push({ method: "cosmos.bank.v1beta1.Query/Params", request: {}, height });
    questions.push({ method: "cosmos.base.node.v1beta1.Service/Status", request: {}, height });
  }
  return questions;
}

/** What a network answers to every call. */
export async function recordGrpc(network: Network, names: Names): Promise<GrpcCase[]> {
  const caller = new GrpcCaller(network.grpc);
  try {
    const cases: GrpcCase[] = [];
    for (const question of await questionsFor(caller)) cases.push(await callOf(caller, question, names));
    return cases;
  } finally {
    caller.close();
  }
}

/** Names of the services that a network lists. */
export async function grpcServices(network: Network): Promise<ReadonlySet<string>> {
  const caller = new GrpcCaller(network.grpc);
  try {
    return new Set(await grpcSurfaceOf(caller).services());
  } finally {
    caller.close();
  }
}

/** Compares what another network answers to recorded calls. */
export async function compareGrpc(
  cases: readonly GrpcCase[],
  network: Network,
  names: Names,
): Promise<VectorFailure[]> {
  const caller = new GrpcCaller(network.grpc);
  const failures: VectorFailure[] = [];
  try {
    for (const [n, wanted] of cases.entries()) {
      const ours = await callOf(caller, wanted, names);
      const about = `${n} ${wanted.method} ${JSON.stringify(wanted.request)} ${wanted.height ?? ""}`;
      const [expected, got] = [wanted, ours].map(({ code, message }) => `${code}: ${masked(message)}`);
      if (expected !== got)
        failures.push({ case: about, field: "status", message: `expected ${expected}, got ${got}` });
      // Descriptors are lists within lists of hundreds, each entry of which would be held against all others.
      else if (wanted.response !== undefined && ours.response !== undefined && !wanted.method.includes("reflection")) {
        failures.push(...differences(wanted.response, ours.response, "").map((each) => ({ case: about, ...each })));
      }
    }
  } finally {
    caller.close();
  }
  return failures;
}
