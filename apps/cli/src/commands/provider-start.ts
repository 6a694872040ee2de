import { join } from "node:path";
import { HostError, readSecretFile, runProcess } from "@stoa/host";
import { providerConfig, providerParams, startProvider } from "@stoa/provider";
import { CliError, type Command, exitCodes } from "../command.ts";
import { type KeySecret, privateKeyOf } from "../keys/key-store.ts";
import { askPassphrase } from "../keys/passphrase.ts";
import { providerKeyFile } from "../local/home.ts";
import { loadSettings, programLog, programOptions, requireProgramHome, settingOptions } from "../local/program.ts";
import { stoaVersion } from "../version.ts";

function readKey(home: string): KeySecret {
  const path = join(home, providerKeyFile);
  try {
    return JSON.parse(readSecretFile(path).open(() => askPassphrase(`passphrase of ${path}`, false))) as KeySecret;
  } catch (cause) {
    if (!(cause instanceof HostError)) throw cause;
    throw new CliError("provider_key", cause.message, {
      hint: `make one: stoa keys add provider, then put its file at ${path}`,
      cause,
    });
  }
}

export const providerStart: Command = {
  spec: {
    name: "provider start",
    about:
      "Runs a provider: bids on orders, runs leases in containers, serves the gateway and gRPC. Settings come from the home's config.json, then STOA_PROVIDER_… variables, then these options: stoa config explain provider tells which.",
    options: {
      ...programOptions,
      "home-id": { type: "string", value: "ID", about: "label on all its containers", default: "provider" },
      ...settingOptions(providerConfig),
    },
    examples: ["stoa provider start --home ./provider --rpc http://127.0.0.1:26657"],
  },
  async run(invocation) {
    const home = requireProgramHome(invocation, "provider start");
    const settings = loadSettings(invocation, { schema: providerConfig, home, environmentPrefix: "STOA_PROVIDER_" });
    const key = privateKeyOf(readKey(home));
    const log = programLog(invocation, "provider");
    return runProcess({
      log,
      async start(scope, { stopping }) {
        const params = providerParams(settings.values, {
          home,
          homeId: invocation.text("home-id") ?? "provider",
          key,
          version: stoaVersion,
          log,
          stopping,
          dockerHost: process.env.DOCKER_HOST,
        });
        if (!params.ok) throw new CliError("bad_settings", params.error, { exitCode: exitCodes.usage });
        const provider = await startProvider(params.value);
        scope.defer("provider", () => provider.close({ stopContainers: true }));
        const { address, hostUri, gatewayPort, grpc, routerPort } = provider;
        if (invocation.flag("json"))
          process.stdout.write(
            `${JSON.stringify({ event: "ready", address, hostUri, gatewayPort, grpc, routerPort })}\n`,
          );
        else process.stdout.write(`provider ${address} serves ${hostUri}, gRPC ${grpc}\n`);
      },
    });
  },
};
