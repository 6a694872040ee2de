import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { problemCodesPage } from "../src/problem-codes.ts";

writeFileSync(join(import.meta.dirname, "../../../docs/sdl-problems.md"), problemCodesPage());
