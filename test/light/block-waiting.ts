import type { EmbeddedEngine } from "../../apps/node/src/engines/embedded/embedded-engine.ts";

/** Waits for a height; an engine that stands still is a failure with its reason. */
export async function reaches(engine: EmbeddedEngine, height: bigint): Promise<void> {
  const seen = new Promise<undefined>((resolve) => {
    engine.onBlock(({ block }) => {
      if (block.header.height >= height) resolve(undefined);
    });
  });
  const halted = engine.height >= height ? undefined : await Promise.race([seen, engine.halted]);
  if (halted !== undefined) throw halted;
}
