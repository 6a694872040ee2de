/** A socket that answers as a container engine would, well or badly, for tests of who speaks to one. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { DockerApi } from "./api.ts";

/** A client of an engine that does this with each request, of which it gets the head's first line. */
export async function fakeEngine(t: TestContext, answer: (socket: Socket, line: string) => void): Promise<DockerApi> {
  const folder = mkdtempSync(join(tmpdir(), "stoa-engine-"));
  const path = join(folder, "docker.sock");
  const server = createServer((socket) => {
    socket.on("error", () => {});
    t.after(() => socket.destroy());
    socket.once("data", (head) => answer(socket, head.toString("latin1").split("\r\n")[0] ?? ""));
  });
  server.listen(path);
  await once(server, "listening");
  t.after(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return new DockerApi(path);
}
