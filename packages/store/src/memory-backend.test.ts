import { test } from "node:test";
import { backendSuite } from "./backend-suite.ts";
import { MemoryBackend } from "./memory-backend.ts";

for (const { name, run } of backendSuite) {
  test(`memory backend: ${name}`, () => run(new MemoryBackend()));
}
