import assert from "node:assert/strict";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { getPage } from "./http-probe.ts";

/** A page that is served so. */
async function page(t: TestContext, serve: (socket: Socket) => void): Promise<URL> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => serve(socket));
    t.after(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

const limits = { timeout: 5_000 };

test("a page that comes whole is counted", limits, async (t) => {
  const url = await page(t, (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\npage"));
  assert.deepEqual(await getPage(url, 2_000), { status: 200, bytes: 4 });
});

test("a page that never ends is late, one that breaks off and one that is none are told", limits, async (t) => {
  const endless = await page(t, (socket) => {
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    const dripping = setInterval(() => socket.write("x"), 20);
    socket.on("close", () => clearInterval(dripping));
  });
  await assert.rejects(getPage(endless, 200), /in time/);
  const silent = await page(t, () => {});
  await assert.rejects(getPage(silent, 200), /no answer in time/);
  const broken = await page(t, (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\nhalf"));
  await assert.rejects(getPage(broken, 2_000), /broke off/);
  const other = await page(t, (socket) => {
    socket.write("HTTP/1.1 101 No\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n");
  });
  await assert.rejects(getPage(other, 2_000), /no answer/);
});
