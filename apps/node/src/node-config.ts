import { type ConfigValues, setting } from "@stoa/host";

/** Scheme, host and port as browsers send them: without a path, which would never match. */
function isOrigin(text: string): boolean {
  return text === "*" || /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+$/i.test(text);
}

/** What CometBFT takes for a moniker. */
const monikerForm = {
  expects: "printable ASCII, and not empty",
  allows: (text: string): boolean => /^[ -~]+$/.test(text) && text.trim() !== "",
};

/** The node's settings: defaults < file < environment (STOA_NODE_…) < flags (`loadConfig` of host). */
export const nodeConfigSchema = {
  rpcHost: setting.host("127.0.0.1", { description: "address that JSON-RPC listens on" }),
  rpcPort: setting.integer(26_657, { description: "port of JSON-RPC; 0 picks a free one", min: 0, max: 65_535 }),
  grpcEnabled: setting.yesNo(true, { description: "serve gRPC" }),
  grpcHost: setting.host("127.0.0.1", { description: "address that gRPC listens on" }),
  grpcPort: setting.integer(9_090, { description: "port of gRPC; 0 picks a free one", min: 0, max: 65_535 }),
  restEnabled: setting.yesNo(true, { description: "serve REST, with gRPC-web on the same port" }),
  restHost: setting.host("127.0.0.1", { description: "address that REST listens on" }),
  restPort: setting.integer(1_317, { description: "port of REST; 0 picks a free one", min: 0, max: 65_535 }),
  metricsEnabled: setting.yesNo(false, { description: "serve /metrics for Prometheus and /health" }),
  metricsHost: setting.host("127.0.0.1", { description: "address that metrics listen on" }),
  metricsPort: setting.integer(26_660, { description: "port of metrics; 0 picks a free one", min: 0, max: 65_535 }),
  corsOrigins: setting.list(["*"], {
    description: "origins of web pages that may ask JSON-RPC and REST; * is every one, nothing is none",
    each: { plural: "origins such as https://wallet.example, or *", allows: isOrigin },
  }),
  requestsPerSecond: setting.integer(0, {
    description:
      "requests a second that one address may make of each server; 0 is any number. Behind a proxy all are one address: no header is believed",
    min: 0,
    max: 1_000_000,
  }),
  tlsCertificate: setting.text("", {
    description: "PEM file with the certificate chain; with it JSON-RPC, REST, gRPC and metrics speak TLS",
  }),
  tlsKey: setting.text("", { description: "PEM file with the certificate's private key" }),
  blockIntervalMs: setting.integer(1_000, {
    description: "time from one block to the next, in milliseconds",
    min: 10,
    max: 3_600_000,
  }),
  emptyBlocks: setting.yesNo(true, { description: "make blocks even when nothing waits and nothing is due" }),
  minimumGasPrices: setting.text("0.0025uakt,0.0025uact", {
    description: "lowest fees per gas that the mempool takes, any one of them suffices; empty takes all",
  }),
  keepVersions: setting.integer(1_000, {
    description: "older states that queries can ask for",
    min: 1,
    max: 10_000_000,
  }),
  retainBlocks: setting.integer(0, {
    description: "blocks, results and index entries that are kept, the last ones; 0 keeps all",
    min: 0,
    max: 1_000_000_000,
  }),
  snapshotInterval: setting.integer(0, {
    description: "blocks from one snapshot of the state to the next, in data/snapshots; 0 makes none",
    min: 0,
    max: 1_000_000_000,
  }),
  snapshotKeep: setting.integer(2, { description: "snapshots that are kept, the last ones", min: 1, max: 1_000 }),
  moniker: setting.text("stoa", {
    description: "name of the node in its status, and of its validator where the genesis has none",
    form: monikerForm,
  }),
  ignoredGenesisSections: setting.list([], {
    description: "sections of app_state that no module here reads and that may be left out",
  }),
} as const;

/** Parsed settings. */
export type NodeConfig = ConfigValues<typeof nodeConfigSchema>;

/** Why settings that are right one by one do not go together; undefined when they do. */
export function contradiction(config: NodeConfig): string | undefined {
  if ((config.tlsCertificate === "") !== (config.tlsKey === "")) {
    return "tlsCertificate and tlsKey belong together: name both, or neither";
  }
  if (config.snapshotInterval > 0 && config.retainBlocks === 1) {
    return "retainBlocks is 1: a snapshot needs the last two blocks; keep more, or set snapshotInterval to 0";
  }
  return sharedPort(config);
}

/** Two servers that would listen in one place: the system's word would be that another program does. */
function sharedPort(config: NodeConfig): string | undefined {
  const servers = [
    { name: "rpc", enabled: true, host: config.rpcHost, port: config.rpcPort },
    { name: "grpc", enabled: config.grpcEnabled, host: config.grpcHost, port: config.grpcPort },
    { name: "rest", enabled: config.restEnabled, host: config.restHost, port: config.restPort },
    { name: "metrics", enabled: config.metricsEnabled, host: config.metricsHost, port: config.metricsPort },
  ].filter(({ enabled, port }) => enabled && port !== 0);
  for (const [at, one] of servers.entries()) {
    const other = servers.slice(at + 1).find(({ host, port }) => host === one.host && port === one.port);
    if (other !== undefined)
      return `${one.name}Port and ${other.name}Port are both ${one.port}: choose another for one`;
  }
  return undefined;
}
