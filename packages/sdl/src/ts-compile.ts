import type { Plan } from "./plan.ts";
import type { Problems } from "./problem.ts";
import type { YamlText } from "./yaml-reader.ts";

export function planTs(_yaml: YamlText, problems: Problems): Plan | undefined {
  problems.add("no-groups", { path: "", at: { line: 1, column: 1 } }, "not yet");
  return undefined;
}
