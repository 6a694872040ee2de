import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { containersOf, type Finished, helloSdl, noEngine, statusOf, stoa, withHome } from "./stoa.ts";

/* A tenant's day with one deployment: look, read, enter, pay, change, close. */

const skip = noEngine() ?? false;
const main = join(import.meta.dirname, "../../apps/cli/src/main.ts");

/** The words of a home's tenant, each call a command of its own. */
function commandsOf(home: string): (...words: string[]) => Promise<Finished> {
  return (...words) => {
    const at = words.indexOf("--");
    const own = at < 0 ? words : words.slice(0, at);
    return stoa(...own, "--json", "--home", home, ...(at < 0 ? [] : words.slice(at)));
  };
}

function eventOf({ events, stdout, stderr, code }: Finished, name: string): Record<string, unknown> {
  const found = events.find(({ event }) => event === name);
  assert.ok(found !== undefined, `no ${name} (exit ${code}):\n${stdout}\n${stderr}`);
  return found;
}

/** Runs a shell with standard input; answers what it printed and its exit code. */
async function typeInto(home: string, dseq: string, command: readonly string[], input: string) {
  const words = ["shell", dseq, "web", "--stdin", "--home", home, "--", ...command];
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...words], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.on("data", (part: Buffer) => {
    printed += part.toString("utf8");
  });
  child.stdin.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  return { printed, code };
}

/** The same SDL with another setting, and with another price. */
function variants(home: string): { changed: string; dearer: string } {
  const hello = readFileSync(helloSdl, "utf8");
  const changed = join(home, "changed.yaml");
  writeFileSync(changed, hello.replace("image: stoa/hello:1", "image: stoa/hello:1\n    env: [GREETING=changed]"));
  const dearer = join(home, "dearer.yaml");
  writeFileSync(dearer, hello.replace("amount: 1000", "amount: 1001"));
  return { changed, dearer };
}

test("a deployment is looked at, entered, paid into, changed and closed", { skip, timeout: 240_000 }, () =>
  withHome(async (home) => {
    const run = commandsOf(home);
    const up = await run("up", "-d", "--providers", "2", "--block-interval", "300", helloSdl);
    assert.equal(up.code, 0, up.stderr);
    const network = eventOf(await run("status"), "status");
    const [first] = network.deployments as { dseq: string; leases: { provider: string }[] }[];
    const dseq = String(first?.dseq);

    const seen = eventOf(await run("status", dseq), "deployment");
    const [service] = seen.services as { name: string; available: number; total: number; uris: string[] }[];
    assert.deepEqual([service?.name, service?.available, service?.total], ["web", 1, 1]);
    // Two doors: a port of its own, and the router by host name.
    assert.equal(service?.uris.length, 2);
    for (const uri of service?.uris ?? []) assert.equal(await statusOf(`http://${uri}/`), 200, uri);
    assert.ok(BigInt(String((seen.escrow as { blocksLeft: string }).blocksLeft)) > 0n);

    const bids = eventOf(await run("bids", dseq), "bids");
    const states = (bids.bids as { state: string }[]).map(({ state }) => state).sort();
    assert.deepEqual(states, ["active", "lost"]);

    const happened = await run("events", dseq);
    assert.ok(
      happened.events.some(({ reason }) => reason === "Started"),
      happened.stdout,
    );
    assert.equal((await run("logs", dseq, "web")).code, 0);

    const entered = await stoa(
      "shell",
      dseq,
      "web",
      "--home",
      home,
      "--",
      "sh",
      "-c",
      "echo out; echo err >&2; exit 7",
    );
    assert.deepEqual([entered.code, entered.stdout, entered.stderr], [7, "out\n", "err\n"]);
    const typed = await typeInto(home, dseq, ["sh", "-c", 'read word; echo "got $word"'], "hello\n");
    assert.deepEqual(typed, { printed: "got hello\n", code: 0 });

    const before = BigInt(String((seen.escrow as { blocksLeft: string }).blocksLeft));
    const paid = eventOf(await run("deposit", dseq, "5act"), "deposited");
    assert.ok(BigInt(String(paid.blocksLeft)) > before);

    const { changed, dearer } = variants(home);
    assert.equal(eventOf(await run("update", dseq, dearer), "error").code, "groups_changed");
    const [old] = await containersOf(home);
    const updated = await run("update", dseq, changed);
    assert.equal(updated.code, 0, updated.stderr);
    eventOf(updated, "serving");
    const [now] = await containersOf(home);
    assert.notEqual(now?.Id, old?.Id);
    const env = await typeInto(home, dseq, ["sh", "-c", 'echo "$GREETING"'], "");
    assert.equal(env.printed, "changed\n");

    const closed = eventOf(await run("close", dseq), "closed");
    assert.ok(BigInt((closed.returned as { amount: string }).amount) > 0n);
    assert.equal(eventOf(await run("close", dseq), "error").code, "deployment_closed");
    assert.equal(eventOf(await run("logs", dseq), "error").code, "no_lease");
  }),
);

test("messages and queries by hand: money, certificates and grants", { skip, timeout: 240_000 }, () =>
  withHome(async (home) => {
    const run = commandsOf(home);
    const up = await run("up", "-d", "--providers", "1", "--block-interval", "300", helloSdl);
    assert.equal(up.code, 0, up.stderr);
    const { address: tenant } = eventOf(await run("keys", "show", "tenant"), "key");
    const { address: other } = eventOf(await run("keys", "add", "other"), "key");
    const dry = eventOf(await run("tx", "bank", "send", "tenant", String(other), "7uakt", "--dry-run"), "simulated");
    assert.ok(BigInt(String(dry.gasUsed)) > 0n);
    const sent = eventOf(await run("tx", "bank", "send", "tenant", String(other), "9000000uakt", "--memo", "hi"), "tx");
    const found = JSON.parse((await run("query", "tx", String(sent.hash))).stdout) as {
      tx: { body: { memo: string } };
    };
    assert.equal(found.tx.body.memo, "hi");
    const held = JSON.parse((await run("query", "bank", "balances", String(other))).stdout) as { balances: unknown };
    assert.deepEqual(held.balances, [{ denom: "uakt", amount: "9000000" }]);

    const poor = eventOf(await run("tx", "bank", "send", "other", String(tenant), "9000000uakt"), "error");
    assert.match(String(poor.hint), /too little|fee/);
    const wrong = await run("tx", "bank", "send", "other", String(tenant), "nonsense");
    assert.deepEqual([wrong.code, eventOf(wrong, "error").code], [2, "usage"]);

    const [lease] = eventOf(await run("status"), "status").deployments as { dseq: string }[];
    const dseq = String(lease?.dseq);
    eventOf(await run("tx", "cert", "publish"), "tx");
    assert.deepEqual(eventOf(await run("status", dseq, "--mtls"), "deployment").problems as unknown[], []);
    // A key that owns nothing sees nothing, whatever it may ask.
    assert.equal(eventOf(await run("status", dseq, "--key", "other"), "error").code, "no_such_deployment");

    eventOf(await run("tx", "authz", "grant", String(other), "deposit", "--spend-limit", "5000000uact"), "tx");
    const grants = JSON.parse((await run("query", "authz", "grants", String(tenant), String(other))).stdout) as {
      grants: { authorization: Record<string, unknown> }[];
    };
    assert.equal(grants.grants[0]?.authorization["@type"], "/akash.escrow.v1.DepositAuthorization");
    // `other` holds no uact: the grant pays.
    const paid = await run(
      "tx",
      "escrow",
      "deposit",
      dseq,
      "1000000uact",
      "--owner",
      String(tenant),
      "--deposit-sources",
      "grant",
      "--key",
      "other",
    );
    eventOf(paid, "tx");
  }),
);
