import { globSync } from "node:fs";

/** Files that run in one go. */
export interface TestGroup {
  readonly name: string;
  readonly files: readonly string[];
  /** All files in one process: pure code needs no isolation, and it is much faster. */
  readonly oneProcess: boolean;
  /** Longest time the whole group may take, in seconds. */
  readonly limitSeconds: number;
  /**
   * Longest time of one test, in seconds; none if not given. What a test left open when the last one ended is then cut
   * off, so that one that hangs fails by its name and the others are still heard.
   */
  readonly testLimitSeconds?: number;
  /** True if a test of it runs containers. */
  readonly needsEngine: boolean;
}

const purePackages = ["std", "wire", "market", "consensus", "sdl", "store", "chain"];
const shellPackages = ["packages/client", "packages/host", "apps/node", "apps/provider", "apps/cli"];

function tests(folder: string, pattern = "**/*.test.ts"): string[] {
  return globSync(`${folder}/${pattern}`, { exclude: ["**/node_modules/**"] }).sort();
}

/** The groups of `./stoa test`, cheap and telling ones first; `long` adds what takes more than minutes. */
export function testGroups(long: boolean): TestGroup[] {
  const groups: TestGroup[] = [
    {
      name: "architecture",
      files: [...tests("test", "architecture/*.test.ts"), ...tests("test/docs"), ...tests("test/runner")],
      oneProcess: false,
      limitSeconds: 300,
      needsEngine: false,
    },
    ...purePackages.map((name) => ({
      name,
      files: tests(`packages/${name}`),
      oneProcess: true,
      // Longer: ten million hostile inputs for each reader.
      limitSeconds: long ? 1800 : 300,
      needsEngine: false,
    })),
    ...shellPackages.map((folder) => ({
      name: folder,
      files: tests(folder),
      oneProcess: false,
      // Longer: with as many hostile inputs and kills as a night allows.
      limitSeconds: long ? 1800 : 300,
      needsEngine: folder === "apps/provider",
    })),
    { name: "determinism", files: tests("test/determinism"), oneProcess: false, limitSeconds: 300, needsEngine: false },
    { name: "light", files: tests("test/light"), oneProcess: false, limitSeconds: 300, needsEngine: false },
    { name: "bench", files: tests("bench"), oneProcess: true, limitSeconds: 60, needsEngine: false },
    { name: "vectors", files: tests("test/vectors"), oneProcess: false, limitSeconds: 300, needsEngine: false },
    {
      name: "end to end",
      files: tests("test/e2e", "*.e2e.ts"),
      oneProcess: false,
      limitSeconds: 480,
      testLimitSeconds: 240,
      needsEngine: true,
    },
  ];
  if (long)
    groups.push({
      name: "long",
      files: tests("test/long", "*.long.ts"),
      oneProcess: false,
      limitSeconds: 3600,
      needsEngine: true,
    });
  return groups.filter((group) => group.files.length > 0);
}
