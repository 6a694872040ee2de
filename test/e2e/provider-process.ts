/** A provider as a process of its own, for tests that kill it: settings come as JSON in the only argument. */
import { startProvider } from "@stoa/provider";
import { silentLog } from "@stoa/std";
import { paramsOf } from "./market-world.ts";

const { file, home, homeId } = JSON.parse(process.argv[2] ?? "{}");
const running = await startProvider(paramsOf(file, home, homeId, silentLog));
process.stdout.write(`${JSON.stringify({ hostUri: running.hostUri })}\n`);
