export { type CompiledSdl, type CompileOptions, compileSdl, type RefusedSdl, type SdlDialect } from "./compile.ts";
export { type Position, type Problem, problemsMax } from "./problem.ts";
export { type ProblemCode, type ProblemMeaning, problemCodes, problemCodesPage } from "./problem-codes.ts";
export { checkSdlVector, type SdlVector } from "./sdl.vectors.ts";
export { sdlMaxChars, sdlMaxDepth, sdlMaxNodes } from "./yaml-reader.ts";
