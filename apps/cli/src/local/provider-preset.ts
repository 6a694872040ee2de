/*
 * The local network's providers differ as real ones do: in prices, in region, in what they offer. Amounts are dollars a
 * month for a core, a gibibyte of memory and a gibibyte of disk; the minimum is what the smallest lease costs.
 */

interface Preset {
  readonly region: string;
  readonly organization: string;
  readonly cpu: string;
  readonly memory: string;
  readonly disk: string;
  readonly minimum: string;
}

const presets: readonly [Preset, ...Preset[]] = [
  { region: "eu-west", organization: "alpine-hosting", cpu: "1.60", memory: "0.80", disk: "0.02", minimum: "5.00" },
  { region: "us-east", organization: "basement-rack", cpu: "1.10", memory: "0.60", disk: "0.02", minimum: "4.00" },
  { region: "ap-south", organization: "coastal-compute", cpu: "2.20", memory: "1.10", disk: "0.03", minimum: "6.50" },
];

/** Settings of the local network's provider `index` (from 1), as its config.json has them. */
export function providerConfigOf(
  index: number,
  params: {
    readonly rpc: string;
    readonly dockerHost: string;
    readonly host: string;
    readonly port: number;
    readonly blockIntervalMs: number;
  },
): Record<string, unknown> {
  const preset = presets[(index - 1) % presets.length] ?? presets[0];
  const { cpu, memory, disk, minimum } = preset;
  const table = { kind: "table", cpu, memory, disk, minimum, endpoint: "0.05", ip: "5", gpus: { "*": "100" } };
  return {
    rpc: params.rpc,
    gatewayAddress: params.host,
    gatewayPort: params.port,
    // Where clients look for it; 0 leaves it to the system, as does a port that is taken.
    grpcPort: params.port === 0 ? 0 : params.port + 1,
    dockerHost: params.dockerHost,
    attributes: [`region=${preset.region}`, `organization=${preset.organization}`, "host=akash", "tier=community"],
    prices: JSON.stringify({ uact: table }),
    bidDeposit: "500000uact",
    // Often enough to watch on a network that lives for minutes.
    withdrawIntervalMs: 60_000,
    blockIntervalMs: params.blockIntervalMs,
  };
}
