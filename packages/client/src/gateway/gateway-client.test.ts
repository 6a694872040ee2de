import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "@stoa/std";
import { GatewayError } from "./errors.ts";
import { GatewayClient } from "./gateway-client.ts";
import type { GatewayAnswer, GatewayCall, GatewaySocketEvents, GatewayTransport } from "./ports.ts";

/** A provider that answers what it is told to, and remembers what it was asked. */
class FakeProvider implements GatewayTransport {
  readonly calls: GatewayCall[] = [];
  readonly urls: string[] = [];
  readonly sent: Uint8Array[] = [];
  answer: GatewayAnswer = { status: 200, text: "" };
  play: (events: GatewaySocketEvents) => void = () => {};

  async request(call: GatewayCall): Promise<GatewayAnswer> {
    this.calls.push(call);
    return this.answer;
  }

  async openSocket(url: string, _headers: Readonly<Record<string, string>>, events: GatewaySocketEvents) {
    this.urls.push(url);
    // The first message can come before the caller looks: nothing may be lost.
    this.play(events);
    return { send: (data: Uint8Array) => void this.sent.push(data), close: () => {} };
  }
}

function connect(provider: FakeProvider): GatewayClient {
  return new GatewayClient({ hostUri: "https://provider.test:8443/", transport: provider, token: () => "a.b.c" });
}

const lease = { dseq: 7n, gseq: 1, oseq: 2 };
const service = {
  name: "web",
  available: 1,
  total: 1,
  uris: null,
  observed_generation: 1,
  replicas: 1,
  updated_replicas: 1,
  ready_replicas: 1,
  available_replicas: 1,
};

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "none";
  } catch (error) {
    assert.ok(error instanceof GatewayError);
    return error.code;
  }
}

test("requests go to the reference's paths with the token", async () => {
  const provider = new FakeProvider();
  await connect(provider).sendManifest(7n, "[]");
  const [call] = provider.calls;
  assert.equal(call?.url, "https://provider.test:8443/deployment/7/manifest");
  assert.deepEqual([call.method, call.body, call.headers.Authorization], ["PUT", "[]", "Bearer a.b.c"]);
  await connect(provider).migrateHostnames(["x.test"], 18_446_744_073_709_551_615n, 1);
  assert.equal(
    provider.calls[1]?.body,
    '{"hostnames_to_migrate":["x.test"],"destination_dseq":18446744073709551615,"destination_gseq":1}',
  );
});

test("answers are held to their shape, refusals carry the provider's words", async () => {
  const provider = new FakeProvider();
  const status = { services: { web: service }, forwarded_ports: null, ips: null };
  provider.answer = { status: 200, text: JSON.stringify(status) };
  assert.deepEqual(await connect(provider).leaseStatus(lease), status);
  provider.answer = { status: 200, text: JSON.stringify({ ...status, services: { web: { name: "web" } } }) };
  assert.equal(await codeOf(connect(provider).leaseStatus(lease)), "bad-answer");
  provider.answer = { status: 401, text: '{"message":"unauthorized access"}' };
  await assert.rejects(connect(provider).leaseStatus(lease), /^GatewayError: unauthorized access$/);
  for (const [code, name] of [
    [404, "not-found"],
    [422, "refused"],
    [503, "unavailable"],
  ] as const) {
    provider.answer = { status: code, text: "" };
    assert.equal(await codeOf(connect(provider).leaseStatus(lease)), name);
  }
});

test("a transport that fails is an unreachable provider", async () => {
  const provider = new FakeProvider();
  provider.request = () => Promise.reject(new Error("no route"));
  await assert.rejects(connect(provider).version(), /https:\/\/provider\.test:8443: no route/);
});

test("a log is read to its end, also what came at once, and its end may be an error", async () => {
  const provider = new FakeProvider();
  provider.play = (events) => {
    events.message('{"name":"web-0","message":"one"}');
    events.message("not a line");
    events.message('{"name":"web-0","message":"two"}');
    events.closed(1006, "");
  };
  const lines: string[] = [];
  const request = { services: ["web", "db"], follow: true, tail: 5 };
  for await (const { message } of connect(provider).logs(lease, request)) lines.push(message);
  assert.deepEqual(lines, ["one", "two"]);
  assert.equal(provider.urls[0], "wss://provider.test:8443/lease/7/1/2/logs?follow=true&tail=5&service=web,db");
  provider.play = (events) => events.closed(4001, "");
  const missing = async () => {
    for await (const line of connect(provider).logs(lease, request)) assert.fail(JSON.stringify(line));
  };
  assert.equal(await codeOf(missing()), "not-found");
});

test("a shell's frames are told apart by their first byte", async () => {
  const provider = new FakeProvider();
  provider.play = (events) => {
    events.message(Uint8Array.of(100, 111, 117, 116));
    events.message(Uint8Array.of(101, 101, 114, 114));
    events.message(Uint8Array.of(102, ...utf8('{"exit_code":7}\n')));
    events.closed(1000, "");
  };
  const request = { service: "web", replica: 0, command: ["sh", "-c", "a b"], tty: true, stdin: true };
  const session = await connect(provider).shell(lease, request);
  const output: string[] = [];
  for await (const { stream, data } of session.output) output.push(`${stream}:${String.fromCharCode(...data)}`);
  assert.deepEqual(output, ["stdout:out", "stderr:err"]);
  assert.equal(await session.exitCode, 7);
  session.write(utf8("hi"));
  session.resize(300, 40);
  assert.deepEqual(
    provider.sent.map((frame) => [...frame]),
    [
      [104, 104, 105],
      [105, 1, 44, 0, 40],
    ],
  );
  const query = "cmd0=sh&cmd1=-c&cmd2=a%20b&service=web&podIndex=0&tty=1&stdin=1";
  assert.equal(provider.urls[0], `wss://provider.test:8443/lease/7/1/2/shell?${query}`);
});

test("a command that cannot run says why; a connection that breaks is an error", async () => {
  const provider = new FakeProvider();
  const request = { service: "web", replica: 0, command: ["x"], tty: false, stdin: false };
  provider.play = (events) =>
    events.message(Uint8Array.of(102, ...utf8('{"exit_code":0,"message":"no such command"}')));
  await assert.rejects((await connect(provider).shell(lease, request)).exitCode, /no such command/);
  provider.play = (events) => events.closed(1006, "");
  assert.equal(await codeOf((await connect(provider).shell(lease, request)).exitCode), "unavailable");
});

test("a provider's reasons are bounded, in either form", async () => {
  for (const text of ["x".repeat(5000), JSON.stringify({ message: "x".repeat(5000) })]) {
    const provider = new FakeProvider();
    provider.answer = { status: 500, text };
    await assert.rejects(connect(provider).status(), (error: Error) => error.message.length === 1000);
  }
});
