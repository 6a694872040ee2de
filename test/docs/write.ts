/** Writes the generated pages of docs/. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { problemCodesPage } from "../../packages/sdl/src/problem-codes.ts";
import { pages } from "./pages.ts";

const all = [...pages, ["sdl-problems.md", problemCodesPage] as const];
for (const [name, make] of all) writeFileSync(join(import.meta.dirname, "../../docs", name), make());
