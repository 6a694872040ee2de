import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type Progress, RuntimeError } from "../runtime.ts";
import { compareVersions, DockerApi, engineSocketPath } from "./api.ts";
import { pullImage, withTag } from "./images.ts";
import { progressText } from "./status.ts";
import { Demultiplexer, LineSplitter, lineBytesMax } from "./streams.ts";
import { subnetCandidates } from "./subnets.ts";

describe("images", () => {
  const folder = mkdtempSync(join(tmpdir(), "stoa-pull-"));
  const socketPath = join(folder, "engine.sock");
  let engine: Server;
  let answer: readonly object[] = [];
  let status = 200;
  const asked: { url: string; auth: string }[] = [];

  before(async () => {
    engine = createServer((request, response) => {
      response.setHeader("api-version", "1.99");
      if (request.url === "/_ping") {
        response.end("OK");
        return;
      }
      asked.push({ url: request.url ?? "", auth: String(request.headers["x-registry-auth"] ?? "") });
      response.statusCode = status;
      for (const line of answer) response.write(`${JSON.stringify(line)}\n`);
      response.end();
    });
    await new Promise<void>((resolve) => engine.listen(socketPath, resolve));
  });

  after(() => {
    engine.closeAllConnections();
    engine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function pull(credentials: { host: string; username: string; password: string } | null = null) {
    const steps: Progress[] = [];
    const onProgress = (progress: Progress) => steps.push(progress);
    const api = new DockerApi(socketPath);
    await pullImage(api, { image: "registry.test/app", service: "web", credentials, onProgress, signal: undefined });
    return steps;
  }

  it("pulls with progress, with the newest API that both speak, and with a login", async () => {
    status = 200;
    answer = [
      { status: "Pulling from app", id: "latest" },
      { id: "a", progressDetail: { current: 10, total: 40 } },
      { status: "done" },
    ];
    const steps = await pull({ host: "registry.test", username: "u", password: "p" });
    assert.deepEqual(
      steps.map(({ step, doneBytes, totalBytes }) => [step, doneBytes, totalBytes]),
      [
        ["pulling", 0, 0],
        ["pulling", 10, 40],
        ["pulled", 0, 0],
      ],
    );
    const [call] = asked;
    assert.equal(call?.url, "/v1.47/images/create?fromImage=registry.test%2Fapp%3Alatest");
    assert.deepEqual(JSON.parse(Buffer.from(call?.auth ?? "", "base64url").toString()), {
      username: "u",
      password: "p",
      serveraddress: "registry.test",
    });
  });

  it("tells a wrong name from a registry that cannot be reached", async () => {
    const code = async () => {
      try {
        await pull();
      } catch (cause) {
        assert.ok(cause instanceof RuntimeError);
        return cause.code;
      }
      return "none";
    };
    answer = [{ error: "manifest for registry.test/app:latest not found: manifest unknown" }];
    assert.equal(await code(), "no-such-image");
    answer = [{ error: "dial tcp: lookup registry.test: connection refused" }];
    assert.equal(await code(), "image-pull");
    status = 404;
    answer = [{ message: "pull access denied for app, repository does not exist" }];
    assert.equal(await code(), "no-such-image");
  });

  it("asks for one tag only", () => {
    assert.equal(withTag("app"), "app:latest");
    assert.equal(withTag("registry.test:5000/app"), "registry.test:5000/app:latest");
    assert.equal(withTag("app:1"), "app:1");
    assert.equal(withTag("app@sha256:00"), "app@sha256:00");
  });

  it("says in one line how far a pull is", () => {
    const progress = {
      service: "web",
      step: "pulling",
      detail: "app:1",
      doneBytes: 3 << 20,
      totalBytes: 5 << 20,
    } as const;
    assert.equal(progressText(progress), "pulling app:1, 3 of 5 MiB");
  });
});

describe("engine streams", () => {
  it("separates stdout from stderr wherever the frames are cut", () => {
    const frame = (stream: number, text: string) =>
      Buffer.from([stream, 0, 0, 0, 0, 0, 0, text.length, ...Buffer.from(text)]);
    const all = Buffer.concat([frame(1, "one"), frame(2, "two"), frame(1, "")]);
    for (let cut = 0; cut <= all.length; cut++) {
      const frames = new Demultiplexer();
      const seen = [...frames.push(all.subarray(0, cut)), ...frames.push(all.subarray(cut))];
      assert.deepEqual(
        seen.map(({ stream, data }) => [stream, Buffer.from(data).toString()]),
        [
          ["stdout", "one"],
          ["stderr", "two"],
        ],
      );
    }
    assert.throws(() => new Demultiplexer().push(Buffer.from([1, 0, 0, 0, 255, 255, 255, 255])), /frame/);
  });

  it("cuts lines, and endless ones into pieces", () => {
    const lines = new LineSplitter();
    assert.deepEqual(lines.push(Buffer.from("a\r\nb")), ["a"]);
    assert.deepEqual(lines.push(Buffer.from("c\n")), ["bc"]);
    const pieces = lines.push(Buffer.alloc(lineBytesMax + 5, "x"));
    assert.deepEqual(
      pieces.map(({ length }) => length),
      [lineBytesMax],
    );
    assert.deepEqual(lines.flush(), ["xxxxx"]);
  });

  it("proposes ranges that do not overlap", () => {
    const ranges = subnetCandidates("one");
    assert.equal(new Set(ranges).size, ranges.length);
    for (const range of ranges) assert.match(range, /^10\.213\.\d{1,3}\.(0|64|128|192)\/26$/);
    assert.notDeepEqual(subnetCandidates("two"), ranges);
  });

  it("knows where the engine listens and which version is newer", () => {
    assert.equal(engineSocketPath(undefined), "/var/run/docker.sock");
    assert.equal(engineSocketPath("unix:///a/b.sock"), "/a/b.sock");
    assert.equal(engineSocketPath("tcp://127.0.0.1:2375"), null);
    assert.ok(compareVersions("1.100", "1.41") > 0);
  });
});
