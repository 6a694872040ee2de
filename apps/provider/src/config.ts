/** The provider's settings: defaults < file < environment < flags, and how they become what `startProvider` takes. */
import { type ConfigValues, setting } from "@stoa/host";
import type { Attribute } from "@stoa/market";
import { err, type Log, ok, type Result } from "@stoa/std";
import type { PrivateKey } from "@stoa/wire/wallet";
import { defaultPrices, readPrices } from "./engine/price-config.ts";
import type { ProviderParams } from "./provider-params.ts";

const dayMs = 86_400_000;
const port = { min: 0, max: 65_535 };

export const providerConfig = {
  rpc: setting.text("http://127.0.0.1:26657", { description: "JSON-RPC endpoint of a node" }),
  gatewayAddress: setting.host("127.0.0.1", { description: "Address that the gateway listens on" }),
  gatewayPort: setting.integer(8443, { ...port, description: "Port that the gateway asks for first" }),
  grpcAddress: setting.optionalHost({ description: "Address that gRPC listens on; else the gateway's" }),
  grpcPort: setting.integer(8444, { ...port, description: "Port that gRPC asks for first" }),
  requestsPerSecond: setting.integer(0, {
    min: 0,
    max: 1_000_000,
    description:
      "Requests a second that one address may make of gateway and of gRPC, each; 0 is any number. Behind a proxy all are one address: no header is believed",
  }),
  tlsCertificate: setting.text("", {
    description: "PEM file of a public certificate for hostUri's name, for gateway and gRPC; else the one on the chain",
  }),
  tlsKey: setting.text("", { description: "PEM file of its key" }),
  hostUri: setting.optionalText({ description: "URI that is registered on the chain; else the gateway's own" }),
  routerAddress: setting.host("127.0.0.1", { description: "Address that the HTTP router listens on" }),
  routerPort: setting.integer(0, { ...port, description: "Port of the HTTP router; 0 keeps or chooses one" }),
  ingressDomain: setting.text("localhost", { description: "Domain of generated host names" }),
  publicHost: setting.text("localhost", { description: "Name under which forwarded ports are reached" }),
  portAddress: setting.host("127.0.0.1", { description: "Address that forwarded ports listen on" }),
  runtime: setting.choice("docker", ["docker", "fake"], { description: "What runs containers" }),
  dockerHost: setting.optionalText({ description: "Container engine, unix:///path; else DOCKER_HOST" }),
  containerCapabilities: setting.list([], {
    description: "Linux capabilities that containers keep, such as CHOWN,SETUID; none by default",
  }),
  attributes: setting.list([], { description: "Attributes to register, key=value" }),
  onlyOrdersWith: setting.list([], { description: "Serve only orders that ask for these attributes, key=value" }),
  prices: setting.text(JSON.stringify({ uact: defaultPrices }), {
    description: "Price strategies by denomination, JSON",
  }),
  bidDeposit: setting.text("500000uact", { description: "Deposit of every bid" }),
  bidTimeoutMs: setting.integer(15 * 60_000, {
    min: 0,
    max: dayMs,
    description: "Open bids are taken back after; 0 never",
  }),
  manifestTimeoutMs: setting.integer(5 * 60_000, {
    min: 0,
    max: dayMs,
    description: "Leases without manifest end after; 0 never",
  }),
  withdrawIntervalMs: setting.integer(3_600_000, {
    min: 0,
    max: 30 * dayMs,
    description: "Earnings are withdrawn every; 0 only at the end",
  }),
  blockedHostnames: setting.list([], {
    description: "Host names that no tenant may hold; a dot in front stands for a domain",
  }),
  blockIntervalMs: setting.integer(1_000, { min: 1, max: 600_000, description: "Assumed until it can be measured" }),
  gasPriceMillionths: setting.integer(25_000, {
    min: 0,
    max: 1_000_000_000,
    description: "Price of one gas in millionths of a uakt",
  }),
};

/** What images that start as root and step down need, and nothing that reaches beyond their container. */
const harmlessCapabilities: ReadonlySet<string> = new Set([
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "NET_BIND_SERVICE",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
]);

export interface ProviderSurroundings {
  readonly home: string;
  readonly homeId: string;
  readonly key: PrivateKey;
  readonly version: string;
  readonly log: Log;
  readonly stopping?: AbortSignal;
  /** Of the process; the setting `dockerHost` goes before it. */
  readonly dockerHost: string | undefined;
}

/** Settings and surroundings as one; an error names the setting and what it should be. */
export function providerParams(
  values: ConfigValues<typeof providerConfig>,
  around: ProviderSurroundings,
): Result<ProviderParams, string> {
  const prices = parsePrices(values.prices);
  if (!prices.ok) return err(`prices: ${prices.error}`);
  const deposit = /^([1-9][0-9]{0,29})([a-zA-Z][a-zA-Z0-9/:._-]{2,127})$/.exec(values.bidDeposit);
  if (deposit === null) return err("bidDeposit must be an amount with its denomination, such as 500000uact");
  const dangerous = values.containerCapabilities.filter((name) => !harmlessCapabilities.has(name));
  if (dangerous.length > 0) {
    const offered = [...harmlessCapabilities].join(", ");
    return err(`containerCapabilities may hold ${offered}; not ${dangerous.join(", ")}`);
  }
  if ((values.tlsCertificate === "") !== (values.tlsKey === "")) {
    return err("tlsCertificate and tlsKey belong together: name both, or neither");
  }
  if (values.tlsCertificate !== "" && values.hostUri === undefined) {
    return err("tlsCertificate needs hostUri: its host is the name that the certificate is shown for");
  }
  const attributes = parseAttributes(values.attributes);
  const onlyOrdersWith = parseAttributes(values.onlyOrdersWith);
  if (attributes === undefined) return err("attributes must be written key=value");
  if (onlyOrdersWith === undefined) return err("onlyOrdersWith must be written key=value");
  const {
    hostUri,
    grpcAddress,
    dockerHost,
    prices: _text,
    bidDeposit: _deposit,
    gasPriceMillionths,
    ...plain
  } = values;
  return ok({
    ...plain,
    ...around,
    ...(hostUri === undefined ? {} : { hostUri }),
    grpcAddress: grpcAddress ?? values.gatewayAddress,
    dockerHost: dockerHost ?? around.dockerHost,
    prices: prices.value,
    attributes,
    onlyOrdersWith,
    bidDeposit: { denom: deposit[2] ?? "", amount: BigInt(deposit[1] ?? "0") },
    gas: { factorPercent: 150n, denom: "uakt", priceMillionths: BigInt(gasPriceMillionths) },
  });
}

function parsePrices(text: string) {
  try {
    return readPrices(JSON.parse(text));
  } catch {
    return err("must be JSON");
  }
}

function parseAttributes(texts: readonly string[]): Attribute[] | undefined {
  const attributes: Attribute[] = [];
  for (const text of texts) {
    const at = text.indexOf("=");
    if (at < 1) return undefined;
    attributes.push({ key: text.slice(0, at), value: text.slice(at + 1) });
  }
  return attributes;
}
