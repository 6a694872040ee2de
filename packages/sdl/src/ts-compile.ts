import type { Plan } from "./plan.ts";
import type { Problems } from "./problem.ts";
import { buildTsPlan } from "./ts-build.ts";
import { checkTsRules } from "./ts-rules.ts";
import { sdlShape } from "./ts-schema.ts";
import { TsReader } from "./ts-value.ts";
import type { YamlText } from "./yaml-reader.ts";

/** Groups and manifest as the TypeScript SDK makes them; undefined, with problems, if it would refuse. */
export function planTs(yaml: YamlText, problems: Problems): Plan | undefined {
  const place = { path: "", at: { line: 1, column: 1 } };
  if (yaml.documents > 1) problems.add("yaml-syntax", place, "a single document is expected: remove what follows ---");
  if (yaml.root === undefined) {
    problems.add("wrong-type", place, 'an SDL is a map with version: "2.0" or "2.1", not an empty text');
    return undefined;
  }
  const sdl = new TsReader(problems).read(yaml.root, "");
  if (!problems.any) sdlShape(sdl, problems);
  if (!problems.any) checkTsRules(sdl, problems);
  const plan = problems.any ? undefined : buildTsPlan(sdl, problems);
  return problems.any ? undefined : plan;
}
