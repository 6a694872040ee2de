import assert from "node:assert/strict";
import { createServer, request, type Server } from "node:http";
import { type AddressInfo, connect, createServer as createNetServer } from "node:net";
import { after, before, describe, it } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { Router } from "./router.ts";
import { RouteTable } from "./routes.ts";

const http = { maxBodyBytes: 100, readTimeoutMs: 300, sendTimeoutMs: 300 };

interface Answer {
  readonly status: number;
  readonly body: string;
}

describe("router", () => {
  const routes = new RouteTable();
  const router = new Router(routes);
  let service: Server;
  let sockets: WebSocketServer;
  let port = 0;

  before(async () => {
    service = createServer((incoming, response) => {
      if (incoming.url === "/slow") return;
      let body = "";
      incoming.on("data", (part) => {
        body += part;
      });
      incoming.on("end", () => {
        response.setHeader("x-from", "service");
        response.end(`${incoming.method} ${incoming.url} ${incoming.headers.host} ${body}`);
      });
    });
    sockets = new WebSocketServer({ server: service });
    sockets.on("connection", (socket) => socket.on("message", (data) => socket.send(`echo ${data}`)));
    await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
    const target = { address: "127.0.0.1", port: (service.address() as AddressInfo).port };
    routes.set("lease", [
      { host: "Web.localhost", targets: [target], http },
      { host: "down.localhost", targets: [], http },
      { host: "closed.localhost", targets: [{ address: "127.0.0.1", port: 1 }], http },
    ]);
    port = (await router.listen("127.0.0.1", 0)).port;
  });

  after(async () => {
    await router.close();
    sockets.close();
    service.closeAllConnections();
    service.close();
  });

  function ask(host: string, path: string, method = "GET", body = ""): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = request({ host: "127.0.0.1", port, path, method, headers: { host } }, (answer) => {
        let text = "";
        answer.on("data", (part) => {
          text += part;
        });
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: text }));
      });
      asked.on("error", reject);
      asked.end(body);
    });
  }

  /** What comes back for some text, up to the end of the connection. */
  function askRaw(text: string): Promise<string> {
    return new Promise((resolve) => {
      let answer = "";
      const socket = connect(port, "127.0.0.1", () => socket.write(text));
      socket.on("data", (part) => {
        answer += part;
      });
      socket.on("close", () => resolve(answer));
    });
  }

  it("leads by host name, whatever its case and port, and keeps the host", async () => {
    const answer = await ask(`WEB.localhost:${port}`, "/a?b=c", "POST", "hi");
    assert.deepEqual(answer, { status: 200, body: `POST /a?b=c WEB.localhost:${port} hi` });
  });

  it("tells an unknown name, a service without containers and one that is gone apart", async () => {
    assert.equal((await ask("other.localhost", "/")).status, 404);
    assert.equal((await ask("down.localhost", "/")).status, 503);
    assert.equal((await ask("closed.localhost", "/")).status, 502);
  });

  it("bounds bodies and waiting", async () => {
    assert.equal((await ask("web.localhost", "/", "POST", "x".repeat(101))).status, 413);
    assert.equal((await ask("web.localhost", "/slow")).status, 504);
  });

  it("keeps the body of a GET a body, so that none is taken for the next request", async () => {
    const inner = "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n";
    const frames = `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`;
    const head = "GET /a HTTP/1.1\r\nHost: web.localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
    const answer = await askRaw(head + frames);
    assert.ok(answer.endsWith(`GET /a web.localhost ${inner}`), answer);
  });

  it("forwards a request that offers HTTP/2 with its body", async () => {
    const head = "POST /h2 HTTP/1.1\r\nHost: web.localhost\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n";
    const answer = await askRaw(`${head}Content-Length: 3\r\n\r\nabc`);
    assert.ok(answer.endsWith("POST /h2 web.localhost abc"), answer);
  });

  it("passes on a refused upgrade whose body came in chunks", async () => {
    const plain = createServer((_request, response) => {
      response.write("not ");
      setTimeout(() => response.end("here"), 20);
    });
    await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
    const target = { address: "127.0.0.1", port: (plain.address() as AddressInfo).port };
    routes.set("plain", [{ host: "plain.localhost", targets: [target], http }]);
    const head = "GET /ws HTTP/1.1\r\nHost: plain.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
    const answer = await askRaw(`${head}Content-Length: 5\r\n\r\n`);
    plain.closeAllConnections();
    plain.close();
    assert.doesNotMatch(answer, /chunked/i);
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nnot here$/s);
  });

  /** What the router answers when a service writes these bytes and ends the connection. */
  async function askService(bytes: string, head: string): Promise<string> {
    const broken = createNetServer((socket) => socket.once("data", () => socket.end(bytes, "latin1")));
    await new Promise<void>((resolve) => broken.listen(0, "127.0.0.1", resolve));
    const target = { address: "127.0.0.1", port: (broken.address() as AddressInfo).port };
    routes.set("broken", [{ host: "broken.localhost", targets: [target], http }]);
    const answer = await askRaw(`GET / HTTP/1.1\r\nHost: broken.localhost\r\n${head}\r\n`);
    broken.close();
    return answer;
  }
  const upgrading = "Connection: Upgrade\r\nUpgrade: websocket\r\n";

  it("takes no service's answer at its word: a status that is none is a bad gateway", async () => {
    for (const status of ["000", "099", "101"]) {
      const answer = await askService(`HTTP/1.1 ${status} X\r\nContent-Length: 0\r\n\r\n`, "");
      assert.match(answer, /^HTTP\/1\.1 502 /, status);
    }
    const unasked = await askService(`HTTP/1.1 101 X\r\n${upgrading}\r\n`, "");
    assert.match(unasked, /^HTTP\/1\.1 502 /);
  });

  it("ends a refused upgrade whose body is cut off", async () => {
    const answer = await askService("HTTP/1.1 403 No\r\nContent-Length: 20\r\n\r\nhalf", upgrading);
    assert.match(answer, /^HTTP\/1\.1 403 No\r\n[\s\S]*half$/);
  });

  it("waits for the answer to an upgrade no longer than for any other", async () => {
    const silent = createNetServer((socket) => socket.on("error", () => {}).resume());
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const target = { address: "127.0.0.1", port: (silent.address() as AddressInfo).port };
    routes.set("slow", [{ host: "slow.localhost", targets: [target], http: { ...http, readTimeoutMs: 50 } }]);
    const answer = await askRaw(`GET / HTTP/1.1\r\nHost: slow.localhost\r\n${upgrading}\r\n`);
    silent.close();
    assert.match(answer, /^HTTP\/1\.1 504 /);
    assert.match(await askService("", upgrading), /^HTTP\/1\.1 502 /);
  });

  it("stops while a service has not answered an upgrade", async () => {
    const other = new Router(routes);
    const asked = new Promise<void>((resolve) => {
      const silent = createNetServer((socket) => {
        socket.on("error", () => {});
        socket.once("data", () => resolve());
        silent.close();
      });
      silent.listen(0, "127.0.0.1", () => {
        const target = { address: "127.0.0.1", port: (silent.address() as AddressInfo).port };
        // Without a limit of time: the stop alone ends it.
        routes.set("silent", [{ host: "silent.localhost", targets: [target], http: null }]);
      });
      silent.once("listening", async () => {
        const at = await other.listen("127.0.0.1", 0);
        const client = connect(at.port, at.host, () => {
          client.write(`GET / HTTP/1.1\r\nHost: silent.localhost\r\n${upgrading}\r\n`);
        });
        client.on("error", () => {});
      });
    });
    await asked;
    await other.close();
  });

  it("says what it does not take", async () => {
    const large = await askRaw(`GET / HTTP/1.1\r\nHost: web.localhost\r\nX: ${"x".repeat(200_000)}\r\n\r\n`);
    assert.match(large, /^HTTP\/1\.1 431 [\s\S]*the headers are larger than 16384 bytes$/);
    assert.match(await askRaw("\0\r\n\r\n"), /^HTTP\/1\.1 400 Bad Request\r\n/);
  });

  it("carries websockets, silent ones too", async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/chat`, { headers: { host: "web.localhost" } });
    const answer = await new Promise<string>((resolve, reject) => {
      socket.on("error", reject);
      socket.on("open", () => socket.send("hello"));
      socket.on("message", (data) => resolve(String(data)));
    });
    assert.equal(answer, "echo hello");
    await new Promise((resolve) => setTimeout(resolve, http.readTimeoutMs + 100));
    const later = new Promise<string>((resolve) => socket.once("message", (data) => resolve(String(data))));
    socket.send("again");
    assert.equal(await later, "echo again");
    socket.close();
  });

  it("forgets a lease's names, and only its own", () => {
    const table = new RouteTable();
    table.set("a", [{ host: "x.test", targets: [], http }]);
    table.set("b", [{ host: "x.test", targets: [], http: null }]);
    table.remove("a");
    assert.equal(table.find("x.test.")?.http, null);
    table.remove("b");
    assert.equal(table.find("x.test"), undefined);
  });
});
