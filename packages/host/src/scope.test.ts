import assert from "node:assert/strict";
import { test } from "node:test";
import { Scope, ScopeError } from "./scope.ts";

test("resources are released in reverse order, once", async () => {
  const seen: string[] = [];
  const { value, scope } = await Scope.start(async (own) => {
    own.defer("a", () => void seen.push("a"));
    return own.add("b", { close: async () => void seen.push("b") });
  });
  assert.ok(value);
  await Promise.all([scope.close(), scope.close()]);
  assert.deepEqual(seen, ["b", "a"]);
});

test("a failed start releases what it had and throws its own error, even if releasing fails", async () => {
  const seen: string[] = [];
  const start = Scope.start(async (scope) => {
    scope.defer("a", () => void seen.push("a"));
    scope.defer("b", () => {
      throw new Error("b does not close");
    });
    throw new Error("no port");
  });
  await assert.rejects(start, /no port/);
  assert.deepEqual(seen, ["a"]);
});

test("one resource that fails to close does not keep the others", async () => {
  const seen: string[] = [];
  const scope = new Scope();
  scope.defer("a", () => void seen.push("a"));
  scope.defer("b", () => Promise.reject(new Error("broken")));
  scope.defer("c", () => void seen.push("c"));
  await assert.rejects(scope.close(), (error: unknown) => {
    assert.ok(error instanceof ScopeError);
    assert.match(error.message, /broken/);
    return true;
  });
  assert.deepEqual(seen, ["c", "a"]);
  assert.throws(() => scope.defer("late", () => undefined), /while its scope closes/);
});
