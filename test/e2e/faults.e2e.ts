import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { containersOf, type Finished, helloSdl, noEngine, stoa, until, withHome } from "./stoa.ts";

/*
 * What people do wrong, and what breaks under them: each failure says what, where and what to do, ends with an exit code,
 * and leaves no open deployment and no container behind.
 */

const skip = noEngine() ?? false;
const hello = skip === false ? readFileSync(helloSdl, "utf8") : "";
let folder = "";

before(() => {
  folder = mkdtempSync(join(tmpdir(), "stoa-faults-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** An SDL with something changed, as a file. */
function variant(name: string, change: (text: string) => string): string {
  const text = change(hello);
  assert.notEqual(text, hello, `${name}: the example has changed, and this variant with it`);
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, text);
  return file;
}

function errorOf(finished: Finished): { code: string; message: string; hint: string } {
  const found = finished.events.find(({ event }) => event === "error");
  assert.ok(found !== undefined, `no error event:\n${finished.stdout}\n${finished.stderr}`);
  return found as unknown as { code: string; message: string; hint: string };
}

async function openDeployments(home: string): Promise<readonly unknown[]> {
  const { code, stdout, stderr } = await stoa(
    "query",
    "deployment",
    "list",
    "--state",
    "active",
    "--home",
    home,
    "--json",
  );
  assert.equal(code, 0, stderr);
  return (JSON.parse(stdout) as { deployments: unknown[] }).deployments;
}

test("a deployment that cannot work is refused or undone, with the reason", { skip, timeout: 240_000 }, () =>
  withHome(async (home) => {
    const network = await stoa("up", "-d", "--providers", "2", "--block-interval", "300", "--json", "--home", home);
    assert.equal(network.code, 0, network.stderr);
    const deploy = (file: string, ...words: string[]): Promise<Finished> =>
      stoa("deploy", file, "--json", "--home", home, ...words);

    const broken = await deploy(variant("yaml", (text) => text.replace("services:", "services: [")));
    assert.equal(broken.code, 1);
    assert.equal(errorOf(broken).code, "sdl_refused");
    assert.match(errorOf(broken).message, /yaml\.yaml:\d+:\d+: /);

    const unknown = await deploy(variant("key", (text) => text.replace("image: stoa", "imag: stoa")));
    assert.equal(errorOf(unknown).code, "sdl_refused");

    const huge = await deploy(variant("huge", (text) => text.replace("units: 0.1", "units: 100000")));
    assert.equal(huge.code, 1);
    assert.match(errorOf(huge).message, /cpu/i);

    const denom = await deploy(variant("denom", (text) => text.replace("denom: uact", "denom: uakt")));
    assert.equal(denom.code, 1);
    assert.match(errorOf(denom).hint, /uact/);

    const poor = await deploy(helloSdl, "--deposit", "999999999999999");
    assert.match(errorOf(poor).hint, /too little/);

    const cheap = await deploy(
      variant("cheap", (text) => text.replace("amount: 1000", "amount: 0.0001")),
      "--bid-wait",
      "3",
    );
    assert.equal(errorOf(cheap).code, "no_bids");
    assert.match(errorOf(cheap).message, /akash1\w+: \w+/, "the providers give no reasons");

    // A registry that is not there, on this machine: nothing goes out to the network.
    const missing = await deploy(variant("image", (text) => text.replace("stoa/hello:1", "127.0.0.1:1/none:1")));
    assert.equal(errorOf(missing).code, "not_serving");
    assert.match(errorOf(missing).message, /none:1|127\.0\.0\.1:1/);

    const exits = await deploy(
      variant("exits", (text) =>
        text.replace("image: stoa/hello:1", 'image: stoa/hello:1\n    command: ["/bin/sh", "-c", "exit 3"]'),
      ),
    );
    assert.equal(errorOf(exits).code, "not_serving");
    assert.match(errorOf(exits).message, /code 3/);

    await until("no deployment is open", 20_000, async () => (await openDeployments(home)).length === 0);
    await until("no container is left", 20_000, async () => (await containersOf(home)).length === 0);

    const both = await Promise.all([deploy(helloSdl), deploy(helloSdl)]);
    for (const { code, stderr } of both) assert.equal(code, 0, stderr);
    assert.equal((await containersOf(home)).length, 2);
    assert.equal((await stoa("down", "--close", "--home", home)).code, 0);
  }),
);
