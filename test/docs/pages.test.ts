import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { pages } from "./pages.ts";

const root = join(import.meta.dirname, "../..");

for (const [name, make] of pages) {
  test(`docs/${name} is what the sources say`, () => {
    const page = readFileSync(join(root, "docs", name), "utf8");
    assert.equal(page, make(), "run: node test/docs/write.ts");
  });
}

/** Our own pages; not what dependencies bring. */
const ours = ["*.md", "docs/**/*.md", "packages/*/**/*.md", "apps/*/**/*.md", "test/**/*.md", "examples/**/*.md"];

test("every link between our pages leads somewhere", () => {
  const broken: string[] = [];
  for (const file of globSync(ours, { cwd: root, exclude: ["**/node_modules/**"] })) {
    const text = readFileSync(join(root, file), "utf8");
    for (const [, target = ""] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      if (!existsSync(resolve(root, dirname(file), target))) broken.push(`${file}: ${target}`);
    }
  }
  assert.deepEqual(broken, []);
});

test("every source that ARCHITECTURE.md and the README name is there", () => {
  const missing: string[] = [];
  for (const file of ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"]) {
    const text = readFileSync(join(root, file), "utf8");
    for (const [, path = ""] of text.matchAll(/`((?:packages|apps|test|docs|examples|toolchain)\/[\w./-]+)`/g)) {
      if (!existsSync(join(root, path))) missing.push(`${file}: ${path}`);
    }
  }
  assert.deepEqual(missing, []);
});
