import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, it } from "node:test";
import { silentLog } from "@stoa/std";
import { Machine } from "./machine.ts";
import { modelName, parseNvidiaSmi } from "./nvidia-smi.ts";
import { parseCpuInfo } from "./processors.ts";

const sample = readFileSync(new URL("./samples/two-a100-sxm.csv", import.meta.url), "utf8");

describe("nvidia-smi", () => {
  it("gives each device its own row", () => {
    const { devices, problems } = parseNvidiaSmi(sample);
    assert.deepEqual(problems, []);
    assert.deepEqual(devices[1], {
      id: "GPU-7b5d0c2e-3a3f-4b4b-9c77-1d6f6c1f7a02",
      vendor: "nvidia",
      model: "a100",
      memoryBytes: 80 * 1024 ** 3,
      interface: "sxm",
      pciAddress: "00000000:0f:00.0",
      productId: "20b2",
      driverVersion: "550.54.15",
    });
    assert.equal(devices.length, 2);
  });

  it("names models as the market does", () => {
    const names: readonly (readonly [string, string])[] = [
      ["NVIDIA GeForce RTX 4090", "rtx4090"],
      ["NVIDIA H100 80GB HBM3", "h100"],
      ["NVIDIA H100 PCIe", "h100"],
      ["NVIDIA H200", "h200"],
      ["NVIDIA A100-PCIE-40GB", "a100"],
      ["Tesla T4", "t4"],
      ["Tesla V100-SXM2-16GB", "v100"],
      ["NVIDIA L40S", "l40s"],
      ["NVIDIA RTX A6000", "rtxa6000"],
      ["NVIDIA GeForce GTX 1660 Ti", "gtx1660ti"],
    ];
    for (const [name, model] of names) assert.equal(modelName(name), model, name);
  });

  it("leaves out and names what it cannot read", () => {
    const { devices, problems } = parseNvidiaSmi(`${sample}NVIDIA-SMI has failed\n${sample}`);
    assert.equal(devices.length, 2);
    assert.equal(problems.length, 3);
    const partitioned = parseNvidiaSmi(sample.replaceAll("Disabled", "Enabled"));
    assert.equal(partitioned.devices.length, 0);
    assert.match(partitioned.problems[0] ?? "", /MIG/);
  });
});

describe("processors", () => {
  it("are the sockets with their threads", () => {
    const thread = (socket: number, index: number) =>
      `processor\t: ${index}\nvendor_id\t: GenuineIntel\nmodel\t\t: 106\nmodel name\t: Xeon 8358\nphysical id\t: ${socket}\n`;
    const text = [thread(0, 0), thread(0, 1), thread(1, 2)].join("\n");
    assert.deepEqual(parseCpuInfo(text), [
      { id: "0", vendor: "GenuineIntel", model: "Xeon 8358", threads: 2 },
      { id: "1", vendor: "GenuineIntel", model: "Xeon 8358", threads: 1 },
    ]);
    assert.deepEqual(parseCpuInfo(""), []);
  });
});

describe("machine", () => {
  it("has no GPUs without the tool, and some disk", async () => {
    const machine = new Machine({ diskPath: tmpdir(), log: silentLog, gpuTool: "no-such-tool-here" });
    const capacity = await machine.capacity();
    assert.deepEqual(capacity.gpus, []);
    assert.ok(capacity.diskBytes > 0 && capacity.cpuMilli >= 1000 && capacity.memoryBytes > 0);
  });
});
