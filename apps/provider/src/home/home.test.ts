import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { silentLog } from "@stoa/std";
import { testOwner, testProvider } from "../engine/fixtures.ts";
import { JsonFolder } from "./json-folder.ts";
import { ManifestStore } from "./manifest-store.ts";
import { ReservationStore } from "./reservation-store.ts";

describe("home", () => {
  const path = mkdtempSync(join(tmpdir(), "stoa-provider-"));
  after(() => rmSync(path, { recursive: true, force: true }));

  it("gives back what was kept, with every digit", async () => {
    const lease = { owner: testOwner, dseq: 2n ** 64n - 1n, gseq: 1, oseq: 1, provider: testProvider };
    const kept = { lease, group: { name: "dc", services: [] }, hostnames: ["a.test"] };
    const store = () => new ManifestStore(new JsonFolder(join(path, "manifests"), silentLog));
    await store().save([kept]);
    assert.deepEqual(await store().load(), [kept]);
    await store().remove(lease);
    assert.deepEqual(await store().load(), []);
  });

  it("keeps reservations and leaves out what is no file of its own", () => {
    const folder = join(path, "reservations");
    const store = () => new ReservationStore(new JsonFolder(folder, silentLog));
    const reservation = {
      order: "o/1/1/1",
      cpuMilli: 100n,
      memoryBytes: 2n ** 60n,
      diskBytes: 0n,
      classes: { beta2: 5n },
      grants: [{ resourceId: 1, devices: ["GPU-1"] }],
    };
    store().save({ reservation, wonAtMs: 7 });
    writeFileSync(join(folder, "broken.json"), "{");
    writeFileSync(join(folder, "other.json"), '{"format":9}');
    assert.deepEqual(store().load(), [{ reservation, wonAtMs: 7 }]);
    store().remove("o/1/1/1");
    assert.deepEqual(store().load(), []);
  });
});
