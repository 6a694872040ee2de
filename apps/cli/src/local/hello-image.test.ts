import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { importHelloImage } from "./hello-image.ts";

test("an engine that breaks off in its answer fails the import", { timeout: 5_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "stoa-engine-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const engine = createServer((socket) => {
    socket.on("error", () => {});
    // Read to its end, so that nothing is reset.
    let length = 0;
    socket.on("data", (part) => {
      length += part.length;
      if (part.subarray(-1024).every((byte) => byte === 0) && length > 1024) {
        socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{");
      }
    });
  });
  const path = join(folder, "docker.sock");
  engine.listen(path);
  await once(engine, "listening");
  t.after(() => engine.close());
  const busybox = join(folder, "busybox");
  writeFileSync(busybox, "a program");
  await assert.rejects(importHelloImage(path, busybox), { code: "image_import_failed", message: /broke off/ });
});
