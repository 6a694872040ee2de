/**
 * Turns `proto/` into `gen/`: one `_pb` module per schema file, one door per protobuf
 * package (`gen/akash.market.v1beta5.js`) and one door to every file (`gen/registry.js`).
 *
 * Usage: `node packages/wire/scripts/generate.ts [outputFolder]`. The output depends on
 * `proto/` and the pinned generators only, so two runs give the same bytes.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const packageFolder = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Longest time that one run of buf may take before it is given up, in milliseconds. */
const bufTimeoutMs = 120_000;

/** Generates everything into `outputFolder`, which is emptied first. Throws if buf fails. */
export function generate(outputFolder: string): void {
  rmSync(outputFolder, { recursive: true, force: true });
  runBuf(outputFolder);
  const doors = packagesOf(join(packageFolder, "proto"));
  for (const [name, files] of doors) {
    const lines = files.map((file) => `export * from "./${file}_pb.js";`);
    writeDoor(outputFolder, name, lines, lines);
  }
  writeRegistry(outputFolder, [...doors.values()].flat().sort(byCodeUnits));
}

function runBuf(outputFolder: string): void {
  const require = createRequire(import.meta.url);
  const buf = join(dirname(require.resolve("@bufbuild/buf/package.json")), "bin", "buf");
  const plugins = join(dirname(require.resolve("@bufbuild/protoc-gen-es/package.json")), "bin");
  const template = {
    version: "v2",
    inputs: [{ directory: "proto" }],
    plugins: [
      {
        local: [process.execPath, join(plugins, "protoc-gen-es")],
        out: outputFolder,
        // One process for all files instead of one for each folder.
        strategy: "all",
        opt: ["target=js+dts", "import_extension=js"],
      },
    ],
  };
  execFileSync(process.execPath, [buf, "generate", "--template", JSON.stringify(template)], {
    cwd: packageFolder,
    timeout: bufTimeoutMs,
    stdio: ["ignore", "inherit", "pipe"],
    env: { ...process.env, PATH: [plugins, process.env.PATH ?? ""].join(delimiter) },
  });
}

/** Schema files (without extension, `/` as separator) by protobuf package, both in byte order. */
function packagesOf(protoFolder: string): Map<string, string[]> {
  const files = readdirSync(protoFolder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".proto"))
    .map((file) => file.split(sep).join("/"))
    .sort(byCodeUnits);
  const packages = new Map<string, string[]>();
  for (const file of files) {
    const text = readFileSync(join(protoFolder, file), "utf8");
    const name = /^package ([\w.]+);$/m.exec(text)?.[1];
    if (name === undefined) throw new Error(`${file}: no package line`);
    const list = packages.get(name) ?? [];
    list.push(file.slice(0, -".proto".length));
    packages.set(name, list);
  }
  return new Map([...packages].sort(([a], [b]) => byCodeUnits(a, b)));
}

function writeRegistry(outputFolder: string, files: string[]): void {
  const nameOf = (file: string): string => `file_${file.replace(/[^A-Za-z0-9_]/g, "_")}`;
  const imports = files.map((file) => `import { ${nameOf(file)} } from "./${file}_pb.js";`);
  const list = files.map((file) => `  ${nameOf(file)},`);
  writeDoor(
    outputFolder,
    "registry",
    [...imports, "", "export const files = [", ...list, "];"],
    ['import type { DescFile } from "@bufbuild/protobuf";', "", "export declare const files: readonly DescFile[];"],
  );
}

function writeDoor(folder: string, name: string, js: string[], dts: string[]): void {
  writeFileSync(join(folder, `${name}.js`), `${js.join("\n")}\n`);
  writeFileSync(join(folder, `${name}.d.ts`), `${dts.join("\n")}\n`);
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const script = process.argv[1];
if (script !== undefined && fileURLToPath(import.meta.url) === script) {
  const target = process.argv[2] ?? join(packageFolder, "gen");
  generate(target);
  process.stdout.write(`generated ${relative(process.cwd(), target) || target}\n`);
}
