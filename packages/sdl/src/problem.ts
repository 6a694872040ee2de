import type { ProblemCode } from "./problem-codes.ts";

/** A place in the SDL text: both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Why an SDL is refused: what, where and what to do. `path` is a JSON pointer into the document. */
export interface Problem extends Position {
  readonly code: ProblemCode;
  readonly message: string;
  readonly path: string;
}

/** Where a value stands, as text and as position. */
export interface Place {
  readonly path: string;
  readonly at: Position;
}

/** More problems than this tell nobody more; it also bounds the answer to hostile input. */
export const problemsMax = 100;

/** Collects problems in the order found. */
export class Problems {
  private readonly found: Problem[] = [];

  add(code: ProblemCode, place: Place, message: string): void {
    if (this.found.length < problemsMax) this.found.push({ code, message, path: place.path, ...place.at });
  }

  get any(): boolean {
    return this.found.length > 0;
  }

  list(): readonly Problem[] {
    return this.found;
  }
}

/** Path of a member: `~` and `/` in names are escaped as JSON pointers do. */
export function childPath(path: string, name: string | number): string {
  return `${path}/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
