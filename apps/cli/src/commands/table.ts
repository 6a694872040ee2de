import type { Command } from "../command.ts";

/** Name of each command (its first words), in the order of the help page, and the module that holds it. */
export const commandTable: readonly (readonly [name: string, group: string, load: () => Promise<Command>])[] = [
  ["up", "Run", async () => (await import("./up.ts")).up],
  ["down", "Run", async () => (await import("./down.ts")).down],
  ["reset", "Run", async () => (await import("./down.ts")).reset],
  ["deploy", "Run", async () => (await import("./deploy.ts")).deployCommand],
  ["node start", "Run parts by themselves", async () => (await import("./node-start.ts")).nodeStart],
  ["provider start", "Run parts by themselves", async () => (await import("./provider-start.ts")).providerStart],
  ["status", "Your deployments", async () => (await import("./status.ts")).status],
  ["bids", "Your deployments", async () => (await import("./bids.ts")).bids],
  ["logs", "Your deployments", async () => (await import("./logs.ts")).logs],
  ["events", "Your deployments", async () => (await import("./logs.ts")).events],
  ["shell", "Your deployments", async () => (await import("./shell.ts")).shell],
  ["update", "Your deployments", async () => (await import("./manage.ts")).update],
  ["deposit", "Your deployments", async () => (await import("./manage.ts")).deposit],
  ["close", "Your deployments", async () => (await import("./manage.ts")).close],
  ["keys", "Keys and the chain", async () => (await import("./keys.ts")).keys],
  ["tx", "Keys and the chain", async () => (await import("./tx.ts")).tx],
  ["query", "Keys and the chain", async () => (await import("./query.ts")).query],
  ["sdl compile", "Write and check", async () => (await import("./sdl-compile.ts")).sdlCompile],
  ["test vectors", "Build Stoa", async () => (await import("./test.ts")).testVectors],
  ["test", "Build Stoa", async () => (await import("./test.ts")).test],
  ["bench", "Build Stoa", async () => (await import("./bench.ts")).bench],
  ["run", "Build Stoa", async () => (await import("./run.ts")).run],
];
