import assert from "node:assert/strict";
import { test } from "node:test";
import { pureHash } from "@stoa/std/crypto";
import { compileSdl, type SdlDialect } from "./compile.ts";
import type { Problem } from "./problem.ts";
import { sdlMaxChars } from "./yaml-reader.ts";

const good = `version: "2.0"
services:
  web:
    image: nginx
    expose:
      - port: 80
        to:
          - global: true
profiles:
  compute:
    web:
      resources:
        cpu:
          units: 0.1
        memory:
          size: 64Mi
        storage:
          size: 128Mi
  placement:
    dc:
      pricing:
        web:
          denom: uact
          amount: 1000
deployment:
  web:
    dc:
      profile: web
      count: 1
`;

function problemsOf(text: string, dialect: SdlDialect = "go"): readonly Problem[] {
  const compiled = compileSdl(text, { dialect, hash: pureHash });
  return compiled.accepted ? [] : compiled.problems;
}

test("a plain SDL compiles in both dialects to the same hash", () => {
  const [go, ts] = (["go", "ts"] as const).map((dialect) => compileSdl(good, { dialect, hash: pureHash }));
  assert.ok(go?.accepted && ts?.accepted);
  assert.equal(go.versionHash, ts.versionHash);
  assert.equal(go.versionHash.length, 64);
  assert.equal(go.groups?.length, 1);
  assert.deepEqual(go.warnings, []);
});

test("problems name the value's place", () => {
  const [size] = problemsOf(good.replace("64Mi", "64MB"));
  assert.deepEqual([size?.code, size?.line, size?.column], ["size", 16, 17]);
  assert.equal(size?.path, "/profiles/compute/web/resources/memory/size");
  const [port] = problemsOf(good.replace("port: 80", 'port: "80"'));
  assert.deepEqual([port?.code, port?.path, port?.line], ["wrong-type", "/services/web/expose/0/port", 6]);
});

test("all wrong values are named, not the first alone", () => {
  const codes = problemsOf(good.replace("64Mi", "64MB").replace("0.1", "2k")).map(({ code }) => code);
  assert.deepEqual(codes, ["cpu-units", "size"]);
});

test("limits are told with the unit's place", () => {
  const [limit] = problemsOf(good.replace("0.1", "0.001"));
  assert.equal(limit?.code, "resource-limit");
  assert.equal(limit?.path, "/profiles/compute/web/resources/cpu");
});

test("keys that do not belong are told by the dialect that refuses them", () => {
  const text = good.replace("image: nginx", "image: nginx\n    depends_on: [db]");
  assert.deepEqual(problemsOf(text), []);
  const [unknown] = problemsOf(text, "ts");
  assert.deepEqual([unknown?.code, unknown?.path], ["unknown-key", "/services/web/depends_on"]);
  assert.equal(problemsOf(`${good}extra: 1\n`)[0]?.path, "/extra");
});

test("uakt and unusual counts compile with warnings", () => {
  const compiled = compileSdl(good.replace("uact", "uakt").replace("count: 1", "count: 60"), {
    dialect: "go",
    hash: pureHash,
  });
  assert.ok(compiled.accepted);
  assert.equal(compiled.warnings.length, 2);
});

test("input beyond the limits is answered, not worked on", () => {
  const code = (text: string): string | undefined => problemsOf(text)[0]?.code;
  assert.equal(code("x".repeat(300_000)), "yaml-too-large");
  assert.equal(code("[".repeat(100_000)), "yaml-too-deep");
  assert.equal(code(`${"- ".repeat(50_000)}a`), "yaml-too-deep");
  const laughs = ["a: &a0 [x, x]"];
  for (let i = 1; i < 30; i++) laughs.push(`a${i}: &a${i} [*a${i - 1}, *a${i - 1}]`);
  assert.equal(code(laughs.join("\n")), "yaml-alias");
  assert.equal(code("a: &a [*a]"), "yaml-alias");
});

test("the costliest texts of full length are answered in seconds", () => {
  const full = (piece: string): string => piece.repeat(Math.floor(sdlMaxChars / piece.length));
  for (const text of [full("[]"), `a: [${full("a,").slice(8)}`, full("*a "), full("%A\n"), full(": ")]) {
    const started = performance.now();
    assert.ok(problemsOf(text).length > 0);
    assert.ok(performance.now() - started < 15_000, text.slice(0, 8));
  }
});

test("quoted text and flow lists may continue at any column, as the references read them", () => {
  const text = good.replace("image: nginx", 'image: nginx\n    args: ["a",\n"b\nc"\n]');
  const compiled = compileSdl(text, { dialect: "go", hash: pureHash });
  assert.ok(compiled.accepted);
  assert.deepEqual(compiled.manifestGroups[0]?.services?.[0]?.args, ["a", "b c"]);
});
