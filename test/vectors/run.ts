import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { pureHash } from "@stoa/std/crypto";
import { GrpcCaller } from "../../apps/node/src/testing/grpc-caller.ts";
import { startQueryWorld } from "../../apps/node/src/testing/query-world-moves.ts";
import { rpcReport, wsReport } from "../../apps/node/src/testing/rpc-surface.ts";
import { grpcReport, restReport } from "../../apps/node/src/testing/service-surface.ts";
import { startSurfaceWorld } from "../../apps/node/src/testing/surface-world.ts";
import { checkGateway } from "../../apps/provider/src/gateway/gateway.vectors.ts";
import { checkSdlVector } from "../../packages/sdl/src/sdl.vectors.ts";
import { gatewayDeviations } from "./deviations.ts";
import type { VectorFailure } from "./family.ts";
import { vectorsDir } from "./harness.ts";
import { libFamilies } from "./lib.ts";
import { checkReplayFolder } from "./replay.ts";

/*
 * `stoa test vectors [--from DIR] [--json]`: the checks of the rooms' own tests on any folder that is laid out like
 * shared/vectors. What the folder lacks is named, and what no check reads is named; neither is a failure.
 */

/** The last line with `--json`: all keys are always there. */
interface Summary {
  lib: { cases: number; agree: number };
  replay: { scenarios: number; steps: number; agree: number; deviations: number };
  sdl: { cases: number; agree: number };
  gateway: { cases: number; agree: number; deviations: number };
  /** `absent`: services and methods that are not there yet, and answer so; they are no cases. */
  surface: { cases: number; agree: number; absent: number };
  notRead: string[];
  failures: number;
}

/** Files that describe the others, or belong to a check as a whole. */
const companions = new Set([
  "README.md",
  "index.json",
  "lib/wire/_skipped.json",
  "replay/genesis.json",
  "replay/accounts.json",
]);

/** Distinct cases among failures: one case may disagree in several fields. */
function failedCases(failures: readonly VectorFailure[]): number {
  return new Set(failures.map((failure) => failure.case)).size;
}

class Run {
  readonly summary: Summary = {
    lib: { cases: 0, agree: 0 },
    replay: { scenarios: 0, steps: 0, agree: 0, deviations: 0 },
    sdl: { cases: 0, agree: 0 },
    gateway: { cases: 0, agree: 0, deviations: 0 },
    surface: { cases: 0, agree: 0, absent: 0 },
    notRead: [],
    failures: 0,
  };
  readonly #folder: string;
  readonly #read = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  path(file: string): string {
    return join(this.#folder, file);
  }

  files(pattern: string): string[] {
    return globSync(pattern, { cwd: this.#folder }).sort((a, b) => (a < b ? -1 : 1));
  }

  text(file: string): string {
    this.#read.add(file);
    return readFileSync(this.path(file), "utf8");
  }

  markRead(file: string): void {
    this.#read.add(file);
  }

  fail(file: string, failures: readonly VectorFailure[]): void {
    this.summary.failures += failures.length;
    for (const { case: name, field, message } of failures) console.error(`${file}: ${name}: ${field}: ${message}`);
  }

  lib(): void {
    for (const file of new Set(libFamilies.map((family) => family.file))) {
      if (!existsSync(this.path(file))) {
        console.error(`not in this folder: ${file}`);
        continue;
      }
      const text = this.text(file);
      for (const family of libFamilies.filter((candidate) => candidate.file === file)) {
        const { cases, failures } = family.check(text);
        this.summary.lib.cases += cases;
        this.summary.lib.agree += cases - failedCases(failures);
        this.fail(file, failures);
      }
    }
  }

  sdl(): void {
    const found = this.files("sdl/**/input.yaml");
    if (found.length === 0) console.error("not in this folder: sdl");
    for (const input of found) {
      const folder = dirname(input);
      const answer = join(folder, "expected.json");
      if (!existsSync(this.path(answer))) continue;
      const expected = JSON.parse(this.text(answer)) as object;
      const name = relative("sdl", folder);
      const failures = checkSdlVector({ name, input: this.text(input), expected, hash: pureHash });
      this.summary.sdl.cases++;
      if (failures.length === 0) this.summary.sdl.agree++;
      this.fail(answer, failures);
    }
  }

  async gateway(): Promise<void> {
    const found = this.files("gateway/*.json");
    if (found.length === 0) console.error("not in this folder: gateway");
    for (const file of found) {
      const { cases, failures, rules } = await checkGateway(this.text(file), gatewayDeviations);
      this.summary.gateway.cases += cases;
      this.summary.gateway.agree += cases - failedCases(failures);
      this.summary.gateway.deviations += rules.length;
      this.fail(file, failures);
    }
  }

  /** The same over JSON-RPC and websockets, of a network that only these ask: heights stand in what they ask. */
  async rpcSurface(t: { after(end: () => Promise<void>): void }): Promise<void> {
    const there = ["surface/rpc.json", "surface/ws.json"].filter((file) => existsSync(this.path(file)));
    if (there.length === 0) return;
    const world = await startSurfaceWorld(t);
    for (const file of there) {
      const text = this.text(file);
      const { cases, failures } = await (file.endsWith("ws.json") ? wsReport(world, text) : rpcReport(world, text));
      this.summary.surface.cases += cases;
      this.summary.surface.agree += cases - failedCases(failures);
      this.fail(file, failures);
    }
  }

  /** Asks a network that it sets up what the reference was asked over REST and gRPC. */
  async surface(): Promise<void> {
    const there = ["surface/rest.json", "surface/grpc.json"].filter((file) => existsSync(this.path(file)));
    if (there.length === 0) {
      console.error("not in this folder: surface");
      return;
    }
    const ends: (() => Promise<void>)[] = [];
    try {
      await this.rpcSurface({ after: (end) => void ends.push(end) });
      const world = await startQueryWorld({ after: (end) => void ends.push(end) });
      const caller = new GrpcCaller(world.grpcUrl);
      ends.push(async () => caller.close());
      for (const file of there) {
        const text = this.text(file);
        const report = await (file.endsWith("rest.json") ? restReport(world, text) : grpcReport(caller, text));
        const cases = report.cases - report.absent;
        this.summary.surface.cases += cases;
        this.summary.surface.agree += cases - failedCases(report.failures);
        this.summary.surface.absent += report.absent;
        this.fail(file, report.failures);
      }
    } finally {
      for (const end of ends.toReversed()) await end();
    }
  }

  replay(strict: boolean): void {
    const outcome = checkReplayFolder({
      folder: this.path("replay"),
      fallback: join(vectorsDir, "replay"),
      unusedRulesFail: strict,
    });
    if (outcome.read.length === 0) console.error("not in this folder: replay");
    for (const file of outcome.read) this.markRead(join("replay", file));
    this.summary.replay = outcome.totals;
    for (const [file, failures] of outcome.failures) this.fail(join("replay", file), failures);
  }

  finish(): Summary {
    for (const file of this.files("**/*.{json,yaml}")) {
      if (this.#read.has(file) || companions.has(file) || companions.has(file.split("/").at(-1) ?? "")) continue;
      this.summary.notRead.push(file);
    }
    return this.summary;
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { from: { type: "string" }, json: { type: "boolean" } } });
  const folder = values.from === undefined ? vectorsDir : resolve(values.from);
  if (!existsSync(folder)) {
    console.error(`stoa test vectors: there is no folder ${folder}`);
    process.exitCode = 2;
    return;
  }
  const run = new Run(folder);
  run.lib();
  run.sdl();
  await run.gateway();
  await run.surface();
  run.replay(values.from === undefined);
  const summary = run.finish();
  if (values.json === true) console.log(JSON.stringify(summary));
  else {
    const { lib, replay, sdl, gateway, surface } = summary;
    console.log(`lib      ${lib.agree} of ${lib.cases} cases agree`);
    console.log(`sdl      ${sdl.agree} of ${sdl.cases} agree`);
    console.log(`gateway  ${gateway.agree} of ${gateway.cases} agree (${gateway.deviations} rules of ours)`);
    console.log(
      `surface  ${surface.agree} of ${surface.cases} agree (${surface.absent} of services that are not there)`,
    );
    console.log(
      `replay   ${replay.agree} of ${replay.steps} steps of ${replay.scenarios} scenarios agree (${replay.deviations} by rules of ours)`,
    );
    console.log(
      `not read ${summary.notRead.length} files${summary.notRead.length > 0 ? `: ${summary.notRead.slice(0, 5).join(", ")} …` : ""}`,
    );
    console.log(`failures ${summary.failures}`);
  }
  if (summary.failures > 0) process.exitCode = 1;
}

await main();
