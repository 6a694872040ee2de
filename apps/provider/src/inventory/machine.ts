/** What this machine has that the container engine does not tell: free disk, processors and GPUs. */
import { execFile } from "node:child_process";
import { readFile, statfs } from "node:fs/promises";
import { availableParallelism, hostname, totalmem } from "node:os";
import { promisify } from "node:util";
import type { Log } from "@stoa/std";
import type { Capacity, GpuDevice } from "../engine/capacity.ts";
import type { Processor } from "../gateway/ports.ts";
import { nvidiaSmiArguments, parseNvidiaSmi } from "./nvidia-smi.ts";
import { otherProcessors, parseCpuInfo } from "./processors.ts";

const run = promisify(execFile);
/** The driver's tool answers in well under a second; a hung driver must not hang us. */
const toolTimeoutMs = 10_000;

export class Machine {
  readonly #diskPath: string;
  readonly #log: Log;
  readonly #gpuTool: string;

  /** `diskPath` lies on the file system that containers write to. */
  constructor(params: { diskPath: string; log: Log; gpuTool?: string }) {
    this.#diskPath = params.diskPath;
    this.#log = params.log;
    this.#gpuTool = params.gpuTool ?? "nvidia-smi";
  }

  /** Bytes that are free now where containers write: the engine's own folder if we may look there, else our home. */
  async diskBytes(engineFolder = ""): Promise<number> {
    const home = () => statfs(this.#diskPath);
    const { bavail, bsize } = await (engineFolder === "" ? home() : statfs(engineFolder).catch(home));
    return bavail * bsize;
  }

  /** The sockets with their models. They do not change while a program runs. */
  async processors(): Promise<readonly Processor[]> {
    const told = parseCpuInfo(await readFile("/proc/cpuinfo", "utf8").catch(() => ""));
    return told.length > 0 ? told : otherProcessors();
  }

  /** No tool, no devices; a tool that fails is reported and counts as none. */
  async gpus(): Promise<readonly GpuDevice[]> {
    try {
      const { stdout } = await run(this.#gpuTool, nvidiaSmiArguments, { timeout: toolTimeoutMs });
      const { devices, problems } = parseNvidiaSmi(stdout);
      for (const problem of problems) this.#log.warn("gpu not counted", { problem });
      return devices;
    } catch (cause) {
      const missing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
      if (!missing) this.#log.warn("gpus cannot be read", { tool: this.#gpuTool, cause: String(cause) });
      return [];
    }
  }

  /** The whole machine, for runtimes that have no engine to ask. */
  async capacity(): Promise<Capacity> {
    const [diskBytes, gpus] = await Promise.all([this.diskBytes(), this.gpus()]);
    return {
      node: hostname(),
      cpuMilli: availableParallelism() * 1000,
      memoryBytes: totalmem(),
      diskBytes,
      gpus,
      storageClasses: {},
    };
  }
}
