import { clientOf } from "../tenant/connection.ts";
import { residentMb, withBenchHome } from "./bench-network.ts";

const providers = 3;
const blockIntervalMs = 100;
const blocks = 200n;

function rounded(mb: number): number {
  return Math.round(mb * 10) / 10;
}

async function run({ scratch, progress }: { readonly scratch: string; readonly progress: (text: string) => void }) {
  const sizes = await withBenchHome({ scratch, blockIntervalMs, progress }, async (home) => {
    const network = await home.start(providers);
    try {
      const [node, ...others] = network.children.map(({ pid }) => pid);
      if (node === undefined) throw new Error("there is no node");
      const started = residentMb(node);
      const client = clientOf(network.rpc);
      const from = (await client.status()).height;
      progress(`waiting for ${blocks} blocks`);
      while ((await client.status()).height < from + blocks) await new Promise((resolve) => setTimeout(resolve, 200));
      const later = residentMb(node);
      return { started, later, provider: Math.max(...others.map((pid) => residentMb(pid).now)) };
    } finally {
      await network.stop();
    }
  });
  const mb = (value: number) => ({ unit: "MB", value: rounded(value) });
  return {
    conditions: { providers, blockIntervalMs, blocks: Number(blocks) },
    figures: {
      "node after start": mb(sizes.started.now),
      "node after 200 blocks": mb(sizes.later.now),
      "node at its peak": mb(sizes.later.peak),
      "largest provider": mb(sizes.provider),
    },
    goals: [{ of: "node after start", statistic: "value", atMost: 250 }] as const,
  };
}

export const bench = { about: "memory of the node in RAM after its start, and 200 blocks later", run };
