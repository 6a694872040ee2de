import { silentLog } from "@stoa/std";
import { createSnapshot, restoreSnapshot } from "../index.ts";

/*
 * Makes or restores a snapshot as a process of its own, for tests that kill it: `run-snapshot.ts create HOME` or
 * `run-snapshot.ts restore HOME FROM`. Prints a line when it begins and one when it is done.
 */
const [what, home = "", from = ""] = process.argv.slice(2);
process.stdout.write("begins\n");
if (what === "create") await createSnapshot({ home, log: silentLog });
else await restoreSnapshot({ home, from, log: silentLog });
process.stdout.write("done\n");
