import { createServer } from "node:net";

/** What a listener can be refused for. */
type Refusal = "taken" | "no such address";

function tryListen(host: string, port: number): Promise<number | Refusal> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code === "EADDRNOTAVAIL" ? "no such address" : "taken");
    });
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      const bound = typeof address === "object" && address !== null ? address.port : port;
      server.close(() => resolve(bound));
    });
  });
}

/** An address to listen on. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** Why it is not the wanted one; undefined if it is. */
  readonly note: string | undefined;
}

/**
 * The wanted address if it is free, else one near it: another port where the port is taken, 127.0.0.1 where the system
 * does not know the address. Another process may still be faster: the program that listens fails clearly then.
 */
export async function chooseEndpoint(host: string, port: number, purpose: string): Promise<Endpoint> {
  const wanted = await tryListen(host, port);
  if (wanted === port) return { host, port, note: undefined };
  const usable = wanted === "no such address" ? "127.0.0.1" : host;
  const free = await tryListen(usable, 0);
  if (typeof free !== "number") throw new Error(`no port is free on ${usable} for ${purpose}`);
  const why = wanted === "no such address" ? `this system has no address ${host}` : `${host}:${port} is taken`;
  return { host: usable, port: free, note: `${why}: ${purpose} listens on ${usable}:${free}` };
}
