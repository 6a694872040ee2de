import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { silentLog } from "@stoa/std";
import { testProvider } from "../engine/fixtures.ts";
import { ownCertificate } from "../home/identity.ts";
import { CertificateRenewal } from "./certificate-renewal.ts";

const nsPerDay = 86_400_000_000_000n;

test("a certificate is replaced in time, shown only when it is published, and tried again", async (t) => {
  const home = mkdtempSync(join(tmpdir(), "stoa-provider-"));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const startNs = 1_700_000_000_000_000_000n;
  let nowNs = startNs;
  const wanted = () => ownCertificate(home, testProvider, "127.0.0.1", nowNs);
  const published: bigint[] = [];
  const shown: bigint[] = [];
  let reachable = false;
  const publish = async ({ serial }: { serial: bigint }) => {
    if (!reachable) throw new Error("no chain");
    published.push(serial);
  };
  const renewal = new CertificateRenewal({
    shown: wanted(),
    wanted,
    publish,
    show: ({ serial }) => shown.push(serial),
    log: silentLog,
  });
  nowNs += 299n * nsPerDay;
  await renewal.look();
  nowNs += 2n * nsPerDay;
  const renewedNs = nowNs;
  await assert.rejects(renewal.look(), /no chain/);
  assert.deepEqual(shown, []);
  nowNs += nsPerDay;
  reachable = true;
  await Promise.all([renewal.look(), renewal.look()]);
  assert.deepEqual([published, shown], [[renewedNs], [renewedNs]], "the one that was made first, once");
  await renewal.look();
  assert.equal(shown.length, 1);
});
