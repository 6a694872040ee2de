/** The suite that every runtime passes. Each case makes its own lease, so that cases do not see one another. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  type ExposeWorkload,
  type LeaseId,
  type LeaseWorkload,
  type Runtime,
  RuntimeError,
  type ServiceWorkload,
} from "./runtime.ts";

export interface RuntimeUnderTest {
  readonly runtime: Runtime;
  /** An image whose only program is `/busybox`. */
  readonly image: string;
  /** A second runtime over the same machine, as a restarted provider would make it; `null` when nothing outlives one. */
  readonly restarted: (() => Promise<Runtime>) | null;
  readonly end: () => Promise<void>;
}

const mib = 1024 * 1024;
const owner = "akash1365yvmc4s7awdyj3n2sav7xfx76adc6dnmlx63";
const provider = "akash18qa2a2ltfyvkyj0ggj3hkvuj6twzyumuaru9s4";

export function suiteLease(dseq: bigint): LeaseId {
  return { owner, dseq, gseq: 1, oseq: 1, provider };
}

export function suiteService(image: string, changes: Partial<ServiceWorkload> = {}): ServiceWorkload {
  return {
    name: "web",
    image,
    command: ["/busybox", "sleep", "1000"],
    args: [],
    env: ["AKASH_OWNER=tenant"],
    replicas: 1,
    cpuMilli: 100,
    memoryBytes: 32 * mib,
    gpu: null,
    volumes: [],
    exposes: [],
    credentials: null,
    ...changes,
  };
}

export function suiteExpose(changes: Partial<ExposeWorkload>): ExposeWorkload {
  return {
    kind: "http",
    port: 8080,
    externalPort: 80,
    protocol: "TCP",
    hosts: [],
    endpoint: "",
    http: null,
    ...changes,
  };
}

export function suiteWorkload(dseq: bigint, ...services: ServiceWorkload[]): LeaseWorkload {
  return { lease: suiteLease(dseq), group: "dc", services };
}

/** Runs a command to its end and gives back what it said. */
export async function execText(runtime: Runtime, lease: LeaseId, command: string[], service = "web") {
  const session = await runtime.exec(lease, { service, replica: 0, command, tty: false, stdin: false });
  let text = "";
  for await (const { data } of session.output) text += new TextDecoder().decode(data);
  return { text, exitCode: await session.exitCode };
}

async function rejection(promise: Promise<unknown>): Promise<RuntimeError> {
  try {
    await promise;
  } catch (cause) {
    assert.ok(cause instanceof RuntimeError, `${cause}`);
    return cause;
  }
  assert.fail("nothing was refused");
}

export function runtimeSuite(name: string, skip: string | false, make: () => Promise<RuntimeUnderTest>): void {
  describe(name, { skip }, () => {
    let subject: RuntimeUnderTest;
    let runtime: Runtime;
    before(async () => {
      subject = await make();
      runtime = subject.runtime;
    });
    after(async () => {
      await subject.end();
    });
    lifecycleCases(() => subject);
    conversationCases(() => subject);
    failureCases(() => subject);

    it("leaves nothing behind after removeAll", async () => {
      await runtime.ensure(suiteWorkload(90n, suiteService(subject.image)));
      await runtime.ensure(suiteWorkload(91n, suiteService(subject.image)));
      await runtime.removeAll();
      assert.deepEqual(await runtime.observe(), []);
      assert.equal(await runtime.status(suiteLease(90n)), null);
    });
  });
}

function lifecycleCases(get: () => RuntimeUnderTest): void {
  it("describes itself and its machine", async () => {
    const { kind, version } = await get().runtime.describe();
    assert.ok(kind !== "" && version !== "");
    const capacity = await get().runtime.capacity();
    assert.ok(capacity.cpuMilli > 0 && capacity.memoryBytes > 0 && capacity.diskBytes > 0);
  });

  it("prepares a lease before its workload is known, and takes that away again", async () => {
    const { runtime, image } = get();
    await runtime.prepare(suiteLease(5n));
    assert.equal(await runtime.status(suiteLease(5n)), null);
    await runtime.remove(suiteLease(5n));
    assert.deepEqual(
      (await runtime.observe()).filter((each) => each.lease.dseq === 5n),
      [],
    );
    await Promise.all([
      runtime.prepare(suiteLease(6n)),
      runtime.ensure(suiteWorkload(6n, suiteService(image))),
      runtime.prepare(suiteLease(6n)),
    ]);
    assert.equal((await runtime.status(suiteLease(6n)))?.services[0]?.available, 1);
    await runtime.remove(suiteLease(6n));
  });

  it("starts what is asked, reports it, and removes it", async () => {
    const { runtime, image } = get();
    const lease = suiteLease(1n);
    const steps: string[] = [];
    const workload = suiteWorkload(1n, suiteService(image), suiteService(image, { name: "db" }));
    await runtime.ensure(workload, ({ service, step }) => steps.push(`${service} ${step}`));
    assert.ok(steps.includes("web started") && steps.includes("db started"), steps.join(", "));
    const status = await runtime.status(lease);
    assert.deepEqual(
      status?.services.map(({ name, total, available, ready, reason }) => ({ name, total, available, ready, reason })),
      ["web", "db"].map((name) => ({ name, total: 1, available: 1, ready: 1, reason: "" })),
    );
    const [observed] = (await runtime.observe()).filter((each) => each.lease.dseq === 1n);
    assert.deepEqual(observed?.lease, lease);
    assert.equal(observed?.complete, true);
    await runtime.remove(lease);
    assert.equal(await runtime.status(lease), null);
    await runtime.remove(lease);
  });

  it("leaves alone what already runs as asked, and replaces what changed", async () => {
    const { runtime, image } = get();
    const lease = suiteLease(2n);
    await runtime.ensure(suiteWorkload(2n, suiteService(image), suiteService(image, { name: "db" })));
    const before = await replicaNames(runtime, lease);
    await runtime.ensure(suiteWorkload(2n, suiteService(image), suiteService(image, { name: "db" })));
    assert.deepEqual(await replicaNames(runtime, lease), before);
    const changed = suiteService(image, { env: ["TAG=two"] });
    await runtime.ensure(suiteWorkload(2n, changed));
    const status = await runtime.status(lease);
    assert.deepEqual(
      status?.services.map(({ name, available }) => ({ name, available })),
      [{ name: "web", available: 1 }],
    );
    await runtime.remove(lease);
  });

  it("does not take a change that failed for one that was made", async () => {
    const { runtime, image } = get();
    const lease = suiteLease(7n);
    const observed = async () => (await runtime.observe()).find((each) => each.lease.dseq === 7n);
    const good = suiteWorkload(7n, suiteService(image));
    await runtime.ensure(good);
    const before = await observed();
    assert.equal(before?.complete, true);
    const bad = suiteWorkload(7n, suiteService("localhost:1/missing:1"));
    await rejection(runtime.ensure(bad));
    assert.equal((await runtime.status(lease))?.services[0]?.available, 1, "the older version runs on");
    const after = await observed();
    assert.equal(after?.fingerprint, "");
    await runtime.ensure(good);
    assert.deepEqual(await observed(), before);
    await runtime.remove(lease);
  });

  it("forwards a TCP port and names the doors of an HTTP service", async () => {
    const { runtime, image } = get();
    const lease = suiteLease(3n);
    const exposes = [
      suiteExpose({ hosts: ["one.localhost", "example.test"] }),
      suiteExpose({ kind: "port", port: 9000, externalPort: 9000 }),
    ];
    await runtime.ensure(suiteWorkload(3n, suiteService(image, { exposes })));
    const [service] = (await runtime.status(lease))?.services ?? [];
    assert.equal(service?.ports.length, 1);
    assert.equal(service?.ports[0]?.port, 9000);
    assert.ok((service?.ports[0]?.externalPort ?? 0) > 1023);
    assert.ok(service?.uris.some((uri) => uri.startsWith("one.localhost")));
    assert.ok(service?.uris.some((uri) => uri.startsWith("example.test")));
    const port = service?.ports[0]?.externalPort;
    const changed = suiteService(image, { exposes, env: ["TAG=two"] });
    await runtime.ensure(suiteWorkload(3n, changed));
    assert.equal((await runtime.status(lease))?.services[0]?.ports[0]?.externalPort, port, "the port must stay");
    await runtime.remove(lease);
  });

  it("stops and starts again without making new replicas", async () => {
    const { runtime, image } = get();
    const workload = suiteWorkload(4n, suiteService(image));
    await runtime.ensure(workload);
    await runtime.stopAll();
    assert.equal((await runtime.status(workload.lease))?.services[0]?.available, 0);
    const next = (await get().restarted?.()) ?? runtime;
    await next.ensure(workload);
    assert.equal((await next.status(workload.lease))?.services[0]?.available, 1);
    await next.remove(workload.lease);
    if (next !== runtime) await next.close();
  });
}

function conversationCases(get: () => RuntimeUnderTest): void {
  it("gives the log, a tail of it, and what comes later", async () => {
    const { runtime, image } = get();
    const lease = suiteLease(10n);
    const command = ["/busybox", "sh", "-c", "echo one; echo two; exec /busybox sleep 1000"];
    await runtime.ensure(suiteWorkload(10n, suiteService(image, { command })));
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const line of runtime.logs(lease, { services: ["web"], follow: true, tail: -1 }, stop.signal)) {
      seen.push(`${line.service} ${line.stream} ${line.text}`);
      assert.match(line.replica, /^web-0-/);
      if (seen.length === 2) stop.abort();
    }
    assert.deepEqual(seen, ["web stdout one", "web stdout two"]);
    const tail: string[] = [];
    const options = { services: [], follow: false, tail: 1 };
    for await (const line of runtime.logs(lease, options, new AbortController().signal)) tail.push(line.text);
    assert.deepEqual(tail, ["two"]);
    await runtime.remove(lease);
  });

  it("runs a command and carries its output, its exit code and its input", async () => {
    const { runtime, image } = get();
    const lease = suiteLease(11n);
    await runtime.ensure(suiteWorkload(11n, suiteService(image)));
    assert.deepEqual(await execText(runtime, lease, ["/busybox", "echo", "hello"]), { text: "hello\n", exitCode: 0 });
    assert.equal((await execText(runtime, lease, ["/busybox", "sh", "-c", "exit 3"])).exitCode, 3);
    assert.equal((await execText(runtime, lease, ["/busybox", "sh", "-c", "exit 127"])).exitCode, 127);
    const request = { service: "web", replica: 0, command: ["/busybox", "cat"], tty: false, stdin: true };
    const session = await runtime.exec(lease, request);
    await session.write(new TextEncoder().encode("ping"));
    await session.resize(80, 24);
    let text = "";
    for await (const { data } of session.output) {
      text += new TextDecoder().decode(data);
      if (text === "ping") session.endInput();
    }
    assert.equal(text, "ping");
    assert.equal(await session.exitCode, 0);
    await runtime.remove(lease);
  });

  it("tells what happened", async () => {
    const { runtime, image } = get();
    const lease = suiteLease(12n);
    await runtime.ensure(suiteWorkload(12n, suiteService(image)));
    const stop = AbortSignal.timeout(5_000);
    const reasons: string[] = [];
    for await (const event of runtime.events(lease, { services: [], follow: true }, stop)) {
      assert.equal(event.service, "web");
      reasons.push(event.reason);
      if (reasons.includes("Created") && reasons.includes("Started")) break;
    }
    assert.ok(reasons.includes("Created") && reasons.includes("Started"), reasons.join(", "));
    await runtime.remove(lease);
  });
}

function failureCases(get: () => RuntimeUnderTest): void {
  it("names an image that does not exist", async () => {
    const { runtime } = get();
    const workload = suiteWorkload(20n, suiteService("localhost:1/missing:1"));
    const error = await rejection(runtime.ensure(workload));
    assert.ok(error.code === "no-such-image" || error.code === "image-pull", error.code);
    assert.match(error.message, /missing:1/);
    assert.equal((await runtime.status(workload.lease))?.services[0]?.available, 0);
    assert.match((await runtime.status(workload.lease))?.services[0]?.reason ?? "", /missing:1/);
    await runtime.remove(workload.lease);
  });

  it("shows a program that exits, with its code", async () => {
    const { runtime, image } = get();
    const command = ["/busybox", "sh", "-c", "echo bye; exit 7"];
    const workload = suiteWorkload(21n, suiteService(image, { command }));
    await runtime.ensure(workload);
    const signal = AbortSignal.timeout(5_000);
    for await (const event of runtime.events(workload.lease, { services: [], follow: true }, signal)) {
      if (event.reason !== "Exited") continue;
      assert.equal(event.type, "Warning");
      assert.match(event.note, /code 7/);
      break;
    }
    assert.ok(!signal.aborted, "no event of the exit");
    const reason = async () => (await runtime.status(workload.lease))?.services[0]?.reason ?? "";
    // Between two ends it runs for a moment, without a reason to show.
    let seen = await reason();
    for (let i = 0; i < 50 && !/code 7/.test(seen); i++) {
      await new Promise((r) => setTimeout(r, 100));
      seen = await reason();
    }
    assert.match(seen, /code 7/);
    await runtime.remove(workload.lease);
  });

  it("refuses a command, a service, a replica and a lease that do not exist", async () => {
    const { runtime, image } = get();
    const lease = suiteLease(22n);
    await runtime.ensure(suiteWorkload(22n, suiteService(image)));
    const ask = (service: string, replica: number, command: string) =>
      runtime.exec(lease, { service, replica, command: [command], tty: false, stdin: false }).then(async (session) => {
        for await (const _ of session.output);
        return session.exitCode;
      });
    assert.equal((await rejection(ask("web", 0, "/nothing"))).code, "no-such-command");
    assert.equal((await rejection(ask("nothing", 0, "/busybox"))).code, "no-such-service");
    assert.equal((await rejection(ask("web", 5, "/busybox"))).code, "no-such-replica");
    await runtime.remove(lease);
    assert.equal((await rejection(ask("web", 0, "/busybox"))).code, "no-such-lease");
  });

  it("refuses a program that cannot be started", async () => {
    const { runtime, image } = get();
    const workload = suiteWorkload(23n, suiteService(image, { command: ["/nothing"] }));
    assert.equal((await rejection(runtime.ensure(workload))).code, "no-such-command");
    assert.equal((await runtime.status(workload.lease))?.services[0]?.available, 0);
    await runtime.remove(workload.lease);
    assert.equal(await runtime.status(workload.lease), null);
  });
}

async function replicaNames(runtime: Runtime, lease: LeaseId): Promise<string[]> {
  const names = new Set<string>();
  const signal = AbortSignal.timeout(300);
  for await (const event of runtime.events(lease, { services: [], follow: true }, signal)) names.add(event.replica);
  return [...names].filter((name) => /-0-/.test(name)).sort((a, b) => (a < b ? -1 : 1));
}
