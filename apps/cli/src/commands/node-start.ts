import { HostError } from "@stoa/host";
import { HomeError, KeyFileError, NodeError, nodeConfigSchema, runNode } from "@stoa/node";
import { CliError, type Command } from "../command.ts";
import { loadSettings, programLog, programOptions, requireProgramHome, settingOptions } from "../local/program.ts";

/** Why a node did not start, in its own words: they say what to do. */
function startFailure(error: unknown): unknown {
  if (error instanceof HomeError) return new CliError(`node_home_${error.code}`, error.message, { cause: error });
  if (error instanceof NodeError || error instanceof KeyFileError)
    return new CliError("node_start", error.message, { cause: error });
  if (error instanceof HostError)
    return new CliError(`node_${error.code.replaceAll("-", "_")}`, error.message, { cause: error });
  return error;
}

export const nodeStart: Command = {
  spec: {
    name: "node start",
    about:
      "Runs a node: makes blocks as its one validator and answers JSON-RPC, REST and gRPC. Settings come from the home's config.json, then STOA_NODE_… variables, then these options: stoa config explain node tells which.",
    options: { ...programOptions, ...settingOptions(nodeConfigSchema) },
    examples: ["stoa node start --home ./node --block-interval-ms 1000"],
  },
  async run(invocation) {
    const home = requireProgramHome(invocation, "node start");
    const schema = nodeConfigSchema;
    const { values } = loadSettings(invocation, { schema, home, environmentPrefix: "STOA_NODE_" });
    try {
      return await runNode({
        home,
        config: values,
        log: programLog(invocation, "node"),
        onReady({ chainId, rpcUrl, restUrl, grpcUrl, metricsUrl, nodeId }) {
          const urls = { rpc: rpcUrl, rest: restUrl ?? null, grpc: grpcUrl ?? null, metrics: metricsUrl ?? null };
          const where = Object.entries(urls).flatMap(([name, url]) => (url === null ? [] : [`${name} ${url}`]));
          if (invocation.flag("json"))
            process.stdout.write(`${JSON.stringify({ event: "ready", chainId, ...urls, nodeId })}\n`);
          else process.stdout.write(`node of ${chainId} answers at ${where.join(", ")}\n`);
        },
      });
    } catch (error) {
      throw startFailure(error);
    }
  },
};
