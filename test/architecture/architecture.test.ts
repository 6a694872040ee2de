import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "../..");

/** Who may import whom (HOUSE.md, Direction). The one statement of it. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  std: [],
  wire: ["std"],
  market: ["std", "wire"],
  consensus: ["std", "wire"],
  sdl: ["std", "wire", "market"],
  store: ["std"],
  chain: ["std", "wire", "market", "consensus", "store"],
  client: ["std", "wire", "market", "consensus", "sdl"],
  host: ["std", "store"],
  node: ["std", "wire", "market", "consensus", "store", "chain", "host"],
  provider: ["std", "wire", "market", "consensus", "sdl", "client", "host"],
  cli: ["std", "wire", "market", "consensus", "sdl", "client", "host", "node", "provider"],
};
const purePackages = ["std", "wire", "market", "consensus", "sdl", "store", "chain"];
/** Pure or universal: no host's modules. */
const hostless = [...purePackages, "client"];

/** Packages from outside that pure code may use, each defended in docs/decisions/dependencies.md. */
const pureDependencies: Readonly<Record<string, readonly string[]>> = {
  std: ["@noble/curves", "@noble/hashes"],
  wire: [
    "@bufbuild/protobuf",
    "@noble/ciphers",
    "@noble/curves",
    "@noble/hashes",
    "@scure/bip32",
    "@scure/bip39",
    "bcryptjs",
  ],
  market: ["@bufbuild/protobuf"],
  consensus: ["@bufbuild/protobuf"],
  sdl: ["@bufbuild/protobuf", "yaml"],
  store: [],
  chain: ["@bufbuild/protobuf"],
  client: ["@bufbuild/protobuf"],
};

interface Source {
  readonly file: string;
  readonly room: string;
  readonly isTest: boolean;
  readonly imports: readonly string[];
  readonly text: string;
}

/** Files that only tests and the vector runner load; what runs never imports them. */
const testFile = /\.(test|bench|vectors)\.ts$|(^|[/-])(suite|vector-check)\.ts$/;

// A statement at the start of a line, so that no text within a string is taken for one.
const importStatement = /^(?:import|export)\b[^"'`;]*?\bfrom\s*"([^"]+)"|^import\s+"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

function readSources(): Source[] {
  const files = globSync(["packages/*/src/**/*.ts", "apps/*/src/**/*.ts"], { cwd: root });
  return files.sort().map((file) => {
    const text = withoutComments(readFileSync(join(root, file), "utf8"));
    const imports = [...text.matchAll(importStatement)].map((match) => (match[1] ?? match[2] ?? match[3]) as string);
    return { file, room: file.split("/")[1] as string, isTest: testFile.test(file), imports, text };
  });
}

const sources = readSources();

/** Files that import this one. */
function importersOf(file: string): Source[] {
  return sources.filter((one) =>
    one.imports.some((name) => name.startsWith(".") && relative(root, resolve(root, dirname(one.file), name)) === file),
  );
}

/** True for test files and for what only they load. */
function isForTests(source: Source): boolean {
  if (source.isTest) return true;
  const importers = importersOf(source.file);
  return importers.length > 0 && importers.every(({ isTest }) => isTest);
}

test("every package imports only what the direction table allows", () => {
  const wrong: string[] = [];
  for (const source of sources) {
    const { file, room, imports } = source;
    const allowed = mayImport[room];
    assert.ok(allowed, `${room} is not in the direction table`);
    for (const name of imports) {
      const match = /^@stoa\/([^/]+)/.exec(name);
      if (match === null || match[1] === room) continue;
      if (match[1] === "test" && isForTests(source)) continue;
      if (!allowed.includes(match[1] as string)) wrong.push(`${file} imports ${name}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("nobody reaches past a package's door", () => {
  const wrong: string[] = [];
  for (const { file, room, imports } of sources) {
    for (const name of imports) {
      const match = /^@stoa\/([^/]+)\/(.+)$/.exec(name);
      if (match !== null) {
        const door = readFileSync(
          join(
            root,
            existsSync(join(root, "packages", match[1] as string)) ? "packages" : "apps",
            match[1] as string,
            "package.json",
          ),
          "utf8",
        );
        const doors = Object.keys((JSON.parse(door) as { exports: Record<string, unknown> }).exports);
        if (!doors.includes(`./${match[2]}`) && !doors.includes("./*")) wrong.push(`${file} imports ${name}`);
      }
      if (!name.startsWith(".")) continue;
      const target = relative(root, resolve(root, dirname(file), name)).split("/");
      if (target[1] !== room) wrong.push(`${file} imports ${name}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("only host and apps name node's modules", () => {
  const wrong = sources
    .filter(
      ({ room, isTest, file }) => !isTest && (hostless.includes(room) || file.startsWith("apps/provider/src/engine/")),
    )
    .flatMap(({ file, imports }) =>
      imports.filter((name) => name.startsWith("node:")).map((name) => `${file}: ${name}`),
    );
  assert.deepEqual(wrong, []);
});

test("pure packages take only the dependencies on their list", () => {
  const wrong: string[] = [];
  for (const { file, room, isTest, imports } of sources) {
    if (isTest || !hostless.includes(room)) continue;
    for (const name of imports) {
      if (name.startsWith(".") || name.startsWith("@stoa/")) continue;
      const outside = name
        .split("/")
        .slice(0, name.startsWith("@") ? 2 : 1)
        .join("/");
      if (!pureDependencies[room]?.includes(outside)) wrong.push(`${file} imports ${name}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("pure code asks no clock, no chance and no locale", () => {
  const forbidden: readonly (readonly [RegExp, string])[] = [
    [/\bnew Date\b|\bDate\./, "Date"],
    [/\bMath\.random\b/, "Math.random"],
    [/\bIntl\.|\.toLocale|\blocaleCompare\b/, "a locale"],
    [/\.(?:sort|toSorted)\(\s*\)/, "sort without a comparator"],
    [/\bBuffer\.|\bprocess\.(?!stdout)/, "a host object"],
  ];
  const wrong: string[] = [];
  for (const { file, room, isTest, text } of sources) {
    if (isTest || !(purePackages.includes(room) || file.startsWith("apps/provider/src/engine/"))) continue;
    for (const [pattern, what] of forbidden) if (pattern.test(text)) wrong.push(`${file}: ${what}`);
  }
  assert.deepEqual(wrong, []);
});

test("the state machine is synchronous", () => {
  const wrong = sources
    .filter(
      ({ room, isTest, text }) =>
        !isTest && (room === "chain" || room === "consensus") && /\b(await|async)\b/.test(text),
    )
    .map(({ file }) => file);
  assert.deepEqual(wrong, []);
});

test("a chain module sees another's types, never its keys or handlers", () => {
  const wrong: string[] = [];
  for (const { file, isTest, imports } of sources) {
    const match = /^packages\/chain\/src\/modules\/([^/]+)\//.exec(file);
    if (match === null || isTest) continue;
    for (const name of imports) {
      if (!name.startsWith(".")) continue;
      const target = relative(root, resolve(root, dirname(file), name));
      const other = /^packages\/chain\/src\/modules\/([^/]+)\/(.+)$/.exec(target);
      if (other !== null && other[1] !== match[1] && other[2] !== "types.ts") wrong.push(`${file} imports ${name}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("there is no import cycle", () => {
  const graph = new Map<string, string[]>();
  for (const { file, isTest, imports } of sources) {
    if (isTest) continue;
    graph.set(
      file,
      imports.filter((name) => name.startsWith(".")).map((name) => relative(root, resolve(root, dirname(file), name))),
    );
  }
  const done = new Set<string>();
  const path: string[] = [];
  const cycles: string[] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) {
      cycles.push([...path.slice(at), file].join(" -> "));
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    for (const next of graph.get(file) ?? []) visit(next);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  assert.deepEqual(cycles, []);
});

test("doors stay narrow: index.ts has at most 60 lines and only re-exports", () => {
  const wrong: string[] = [];
  for (const { file, text } of sources) {
    if (!/^(packages|apps)\/[^/]+\/src\/index\.ts$/.test(file)) continue;
    const names = text.split("\n").filter((line) => line.trim() !== "").length;
    if (/\bexport \*/.test(text)) wrong.push(`${file}: export *`);
    if ((text.match(/\bfrom "/g) ?? []).length > 60) wrong.push(`${file}: ${names} lines`);
  }
  assert.deepEqual(wrong, []);
});

test("every dependency has its reason", () => {
  const reasons = readFileSync(join(root, "docs/decisions/dependencies.md"), "utf8");
  const missing: string[] = [];
  for (const file of globSync(["package.json", "packages/*/package.json", "apps/*/package.json"], { cwd: root })) {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, file), "utf8")) as {
      readonly dependencies?: Readonly<Record<string, string>>;
      readonly devDependencies?: Readonly<Record<string, string>>;
    };
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      const family = name.replace(/\/.*/, "/*");
      if (!name.startsWith("@stoa/") && !reasons.includes(`\`${name}\``) && !reasons.includes(`\`${family}\``)) {
        missing.push(`${file}: ${name}`);
      }
      if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) missing.push(`${file}: ${name} ${version} is no exact version`);
    }
  }
  assert.deepEqual(missing, []);
});

test("every package has a README that says what it owns", () => {
  const wrong: string[] = [];
  for (const file of globSync(["packages/*/package.json", "apps/*/package.json"], { cwd: root })) {
    const readme = join(root, dirname(file), "README.md");
    if (!existsSync(readme) || !/owns/i.test(readFileSync(readme, "utf8"))) wrong.push(dirname(file));
  }
  assert.deepEqual(wrong, []);
});
