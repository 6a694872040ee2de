/** Free TCP ports of this machine, chosen by the system. */
import { createServer } from "node:net";
import { RuntimeError } from "../runtime.ts";

/** A port given out and not yet bound must not be given out again; after this many the oldest are free for choice again. */
const rememberedPortsMax = 256;
const attemptsMax = 20;

export class PortChooser {
  readonly #recent: number[] = [];

  /** A port that was free a moment ago. The caller tries again when somebody else took it meanwhile. */
  async choose(address: string): Promise<number> {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const port = await probe(address);
      if (this.#recent.includes(port)) continue;
      this.#recent.push(port);
      if (this.#recent.length > rememberedPortsMax) this.#recent.shift();
      return port;
    }
    throw new RuntimeError("no-space", `no free port on ${address}`);
  }
}

function probe(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", (cause) =>
      reject(new RuntimeError("no-space", `no port on ${address}: ${cause.message}`, cause)),
    );
    server.listen(0, address, () => {
      const bound = server.address();
      const port = typeof bound === "object" && bound !== null ? bound.port : 0;
      server.close(() => resolve(port));
    });
  });
}
