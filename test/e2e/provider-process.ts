/** A provider as a process of its own, for tests that kill it: settings come as JSON in the only argument. It logs on stderr. */
import { createLog } from "@stoa/host";
import { startProvider } from "@stoa/provider";
import { paramsOf } from "./market-world.ts";

const { file, home, homeId } = JSON.parse(process.argv[2] ?? "{}");
const log = createLog({ level: "debug", json: false });
const running = await startProvider(paramsOf(file, home, homeId, log));
process.stdout.write(`${JSON.stringify({ hostUri: running.hostUri })}\n`);
