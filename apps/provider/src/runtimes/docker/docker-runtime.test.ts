import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { RouteTable } from "../../router/routes.ts";
import { RuntimeError } from "../runtime.ts";
import {
  execText,
  type RuntimeUnderTest,
  runtimeSuite,
  suiteExpose,
  suiteLease,
  suiteService,
  suiteWorkload,
} from "../suite.ts";
import { DockerApi, engineSocketPath } from "./api.ts";
import { DockerRuntime } from "./docker-runtime.ts";
import { containerRows, namesIn } from "./engine-types.ts";
import { provideTestImage } from "./test-image.ts";

const image = process.env.STOA_TEST_IMAGE ?? "stoa-test-busybox:1";
const socketPath = engineSocketPath(process.env.DOCKER_HOST) ?? "";
const provider = "akash18qa2a2ltfyvkyj0ggj3hkvuj6twzyumuaru9s4";
const homeId = `test${process.pid}x${Math.floor(performance.timeOrigin)}`;
const reason = await unavailableReason();
const skip = reason !== false && process.env.CI !== "true" ? reason : false;

async function unavailableReason(): Promise<string | false> {
  if (!existsSync(socketPath)) return `no container engine at ${socketPath}`;
  try {
    await provideTestImage(socketPath, image);
    return false;
  } catch (cause) {
    return `no container engine with image ${image}: ${cause}`;
  }
}

function docker(routes: RouteTable, path = socketPath): DockerRuntime {
  return new DockerRuntime({
    socketPath: path,
    homeId,
    provider,
    routes,
    portAddress: "127.0.0.1",
    capabilities: [],
    publicHost: "localhost",
    routerPort: 8080,
    machine: { diskBytes: async () => 1e9, gpus: async () => [] },
  });
}

async function make(): Promise<RuntimeUnderTest> {
  const runtime = docker(new RouteTable());
  return {
    runtime,
    image,
    restarted: async () => docker(new RouteTable()),
    end: async () => {
      await runtime.removeAll();
      await runtime.close();
    },
  };
}

runtimeSuite("runtime: docker", skip, make);

it("limits, labels and isolates a container as leased", { skip }, async () => {
  const { runtime, end } = await make();
  const api = new DockerApi(socketPath);
  const volumes = [
    { name: "shm", kind: "ram", storageClass: "", bytes: 8 << 20, mount: "/dev/shm", readOnly: false },
    { name: "data", kind: "ephemeral", storageClass: "", bytes: 8 << 20, mount: "/data", readOnly: false },
  ] as const;
  await runtime.ensure(suiteWorkload(40n, suiteService(image, { volumes, env: ["AKASH_OWNER=tenant"] })));
  const filters = JSON.stringify({ label: [`stoa=${homeId}`] });
  const [row] = containerRows(await api.call("GET", "/containers/json", { query: { filters } }));
  assert.ok(row !== undefined);
  const detail = JSON.parse(JSON.stringify(await api.call("GET", `/containers/${row.id}/json`)));
  assert.equal(detail.HostConfig.NanoCpus, 100_000_000);
  assert.equal(detail.HostConfig.Memory, 40 << 20);
  assert.equal(detail.HostConfig.MemorySwap, 40 << 20);
  assert.equal(detail.HostConfig.PidsLimit, 1024);
  assert.deepEqual(detail.HostConfig.CapDrop, ["ALL"]);
  assert.deepEqual(detail.HostConfig.SecurityOpt, ["no-new-privileges"]);
  assert.equal(detail.HostConfig.ShmSize, 8 << 20);
  const lease = suiteLease(40n);
  const seen = await execText(runtime, lease, [
    "/busybox",
    "sh",
    "-c",
    "echo $AKASH_OWNER; /busybox grep CapEff /proc/1/status",
  ]);
  assert.match(seen.text, /^tenant\nCapEff:\s+0000000000000000/);
  await runtime.removeAll();
  const [volumesLeft, networksLeft] = await Promise.all([
    api.call("GET", "/volumes", { query: { filters } }),
    api.call("GET", "/networks", { query: { filters } }),
  ]);
  assert.deepEqual(containerRows(await api.call("GET", "/containers/json", { query: { all: true, filters } })), []);
  assert.deepEqual(namesIn((volumesLeft as { Volumes: unknown }).Volumes, "Name"), []);
  assert.deepEqual(namesIn(networksLeft, "Name"), []);
  await end();
});

it("services reach each other by name, and a loopback door answers HTTP", { skip }, async () => {
  const { runtime, end } = await make();
  const server = suiteService(image, {
    command: ["/busybox", "sh", "-c", "echo hi > /index.html; exec /busybox httpd -f -p 8080 -h /"],
    exposes: [suiteExpose({ hosts: ["hello.localhost"] })],
  });
  await runtime.ensure(suiteWorkload(41n, server, suiteService(image, { name: "client" })));
  const lease = suiteLease(41n);
  const asked = await execText(runtime, lease, ["/busybox", "wget", "-qO-", "http://web:8080/"], "client");
  assert.equal(asked.text, "hi\n");
  const uris = (await runtime.status(lease))?.services[0]?.uris ?? [];
  const door = uris.find((uri) => uri.startsWith("127.0.0.1:"));
  assert.ok(door !== undefined && uris.includes("hello.localhost:8080"));
  assert.equal(await (await fetch(`http://${door}/`)).text(), "hi\n");
  await end();
});

it("a restarted provider adopts the same containers", { skip }, async () => {
  const { runtime, end } = await make();
  const api = new DockerApi(socketPath);
  const filters = JSON.stringify({ label: [`stoa=${homeId}`] });
  const ids = async () =>
    containerRows(await api.call("GET", "/containers/json", { query: { filters } })).map((row) => row.id);
  const workload = suiteWorkload(42n, suiteService(image));
  await runtime.ensure(workload);
  const before = await ids();
  const next = docker(new RouteTable());
  assert.deepEqual(
    (await next.observe()).map(({ lease, complete }) => ({ lease, complete })),
    [{ lease: workload.lease, complete: true }],
  );
  await next.ensure(workload);
  assert.deepEqual(await ids(), before);
  await next.close();
  await end();
});

it("an engine that stops in the middle is a typed error, and goes on when it is back", { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "stoa-engine-"));
  const path = join(folder, "engine.sock");
  const sockets = new Set<Socket>();
  /** The engine behind a wall that can be closed. */
  const open = () =>
    new Promise<Server>((resolve) => {
      const wall = createServer((near) => {
        const far = connect(socketPath);
        for (const socket of [near, far]) sockets.add(socket.on("error", () => {}));
        near.pipe(far).pipe(near);
        near.on("close", () => far.destroy());
        far.on("close", () => near.destroy());
      });
      wall.listen(path, () => resolve(wall));
    });
  const shut = async (wall: Server) => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await new Promise((resolve) => wall.close(resolve));
  };
  let wall = await open();
  const runtime = docker(new RouteTable(), path);
  const workload = suiteWorkload(43n, suiteService(image));
  await runtime.ensure(workload);
  await shut(wall);
  const unavailable = (error: RuntimeError) => error instanceof RuntimeError && error.code === "unavailable";
  await assert.rejects(runtime.observe(), unavailable);
  await assert.rejects(runtime.ensure(workload), unavailable);
  await assert.rejects(runtime.remove(workload.lease), unavailable);
  wall = await open();
  await runtime.ensure(workload);
  assert.equal((await runtime.status(workload.lease))?.services[0]?.available, 1);
  await runtime.removeAll();
  assert.deepEqual(await runtime.observe(), []);
  await runtime.close();
  await shut(wall);
  rmSync(folder, { recursive: true, force: true });
});

it("an engine that is away is a typed error", async () => {
  const api = new DockerApi("/nonexistent/docker.sock");
  await assert.rejects(
    api.call("GET", "/info"),
    (error: RuntimeError) =>
      error instanceof RuntimeError && error.code === "unavailable" && error.fault === "platform",
  );
});
