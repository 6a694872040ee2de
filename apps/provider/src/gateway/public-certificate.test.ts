import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { HostError } from "@stoa/host";
import { silentLog } from "@stoa/std";
import { newCertificate } from "./certificate.ts";
import { PublicCertificate } from "./public-certificate.ts";

test("a renewed certificate is shown after a while, a broken one never", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "stoa-public-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const certificateFile = join(folder, "cert.pem");
  const keyFile = join(folder, "key.pem");
  const write = (serial: bigint, certificate?: string) => {
    const made = newCertificate({ address: "x.test", hosts: ["x.test"], nowNs: serial, validDays: 1 });
    writeFileSync(certificateFile, certificate ?? made.certificate);
    writeFileSync(keyFile, made.privateKey);
    for (const file of [certificateFile, keyFile]) utimesSync(file, Number(serial), Number(serial));
  };
  let nowMs = 0;
  const params = { hostname: "x.test", certificateFile, keyFile, nowMs: () => nowMs, log: silentLog };
  const unusable = (error: unknown) => error instanceof HostError && /tlsCertificate .*cert\.pem/.test(error.message);
  assert.throws(() => new PublicCertificate(params), unusable);
  write(1n);
  const shown = new PublicCertificate(params);
  const first = shown.context();
  write(2n);
  assert.equal(shown.context(), first);
  nowMs += 60_000;
  const second = shown.context();
  assert.notEqual(second, first);
  write(3n, "no certificate");
  nowMs += 60_000;
  assert.equal(shown.context(), second);
  write(4n);
  nowMs += 60_000;
  const fourth = shown.context();
  assert.notEqual(fourth, second);
  // A path that cannot even be looked at, such as one in a folder that was closed to us.
  rmSync(keyFile);
  symlinkSync(keyFile, keyFile);
  nowMs += 60_000;
  assert.equal(shown.context(), fourth, "a handshake never fails on it");
});
