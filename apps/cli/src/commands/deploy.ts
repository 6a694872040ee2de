import { type Command, exitCodes } from "../command.ts";
import { stopSignal } from "../local/stopping.ts";
import { createOutput } from "../output.ts";
import { chainFailure, connect, connectionOptions, readRunRecord } from "../tenant/connection.ts";
import { readSdlFile } from "../tenant/sdl-file.ts";
import { deployOptions, readDeploySettings, runDeploy } from "../tenant/session.ts";

export const deployCommand: Command = {
  spec: {
    name: "deploy",
    about: "Deploys an SDL: opens the auction, takes a bid, sends the manifest, waits until it serves.",
    operands: "SDL",
    minOperands: 1,
    maxOperands: 1,
    options: { ...connectionOptions, ...deployOptions },
    examples: ["stoa deploy examples/hello/deploy.yaml", "stoa deploy app.yaml --bid ask --deposit 5000000"],
  },
  async run(invocation) {
    const file = invocation.operands[0] as string;
    const text = readSdlFile(file);
    const settings = readDeploySettings(invocation);
    const connection = connect(invocation);
    const output = createOutput(invocation.flag("json"));
    const providers = readRunRecord(connection.paths)?.providers ?? [];
    const names = new Map(providers.map(({ address, name }) => [address, name]));
    const secret = connection.keys.secret(invocation.text("key") ?? "tenant");
    const { client } = connection;
    const stop = stopSignal(() => output.progress("stopping: what was begun is undone; Ctrl-C again ends at once"));
    try {
      const { id } = await runDeploy({
        ...{ client, secret, file, text, settings, names, output },
        stopping: stop.signal,
      });
      output.line(`\nstoa status ${id.dseq}   stoa logs ${id.dseq}   stoa close ${id.dseq}`);
      return exitCodes.ok;
    } catch (error) {
      throw chainFailure("deploying", error);
    } finally {
      stop.release();
    }
  },
};
