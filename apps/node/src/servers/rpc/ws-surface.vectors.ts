import type { SurfaceDeviation, VectorFailure } from "@stoa/test";
import { mapped, type SurfaceMapping, type SurfaceReport } from "./rpc-surface.vectors.ts";
import { type Difference, differences, type Json } from "./surface-shape.ts";

type Frame = { readonly [key: string]: Json };

interface Session {
  readonly sent: readonly Json[];
  readonly frames: readonly Frame[];
}

/** The event that a frame carries, such as `NewBlock`; undefined for an answer to a request. */
function eventOf(frame: Frame): string | undefined {
  const result = frame.result as { readonly data?: { readonly type?: Json } } | undefined;
  const type = result?.data?.type;
  return typeof type === "string" ? type.slice(type.lastIndexOf("/") + 1) : undefined;
}

const isClosing = (frame: Frame): boolean => "closed" in frame;

/** Compares the frames of one session: answers in their order, and of every recorded event one that is formed like it. */
function compare(recorded: readonly Frame[], ours: readonly Frame[]): (Difference & { readonly about: string })[] {
  const found: (Difference & { readonly about: string })[] = [];
  const answers = recorded.filter((frame) => eventOf(frame) === undefined && !isClosing(frame));
  const ourAnswers = ours.filter((frame) => eventOf(frame) === undefined);
  for (const [index, wanted] of answers.entries()) {
    const answer = ourAnswers[index];
    const each = answer === undefined ? [{ field: "", message: "no answer" }] : differences(wanted, answer, "");
    for (const difference of each) found.push({ about: `answer ${index}`, ...difference });
  }
  for (const wanted of recorded) {
    const about = eventOf(wanted);
    if (about === undefined) continue;
    const tried = ours.filter((frame) => eventOf(frame) === about).map((frame) => differences(wanted, frame, ""));
    const best = tried.reduce<Difference[] | undefined>((a, b) => (a && a.length <= b.length ? a : b), undefined);
    for (const difference of best ?? [{ field: "", message: "no such event" }]) found.push({ about, ...difference });
  }
  return found;
}

/** Plays every recorded session against our server. `play` sends the texts and gathers frames until all have come. */
export async function checkWsSurface(params: {
  readonly text: string;
  readonly mapping: SurfaceMapping;
  readonly deviations: readonly SurfaceDeviation[];
  play(texts: readonly string[], isEnough: (frames: readonly string[]) => boolean): Promise<readonly string[]>;
}): Promise<SurfaceReport> {
  const sessions = JSON.parse(params.text) as Session[];
  const failures: VectorFailure[] = [];
  const used = new Set<SurfaceDeviation>();
  for (const [index, { sent, frames }] of sessions.entries()) {
    const texts = sent.map((each) => mapped(typeof each === "string" ? each : JSON.stringify(each), params.mapping));
    const recorded = frames.filter((frame) => !isClosing(frame));
    const isEnough = (came: readonly string[]): boolean => {
      const ours = came.map((text) => JSON.parse(text) as Frame);
      const names = new Set(ours.map(eventOf));
      const answers = (of: readonly Frame[]): number => of.filter((frame) => eventOf(frame) === undefined).length;
      return recorded.every((frame) => names.has(eventOf(frame))) && answers(ours) >= answers(recorded);
    };
    const ours = (await params.play(texts, isEnough)).map((text) => JSON.parse(text) as Frame);
    for (const { about, field, message } of compare(recorded, ours)) {
      const rule = params.deviations.find(
        (known) => known.file === "ws" && known.about === about && known.path === field,
      );
      if (rule === undefined) failures.push({ case: `session ${index} ${about}`, field, message });
      else used.add(rule);
    }
  }
  return { cases: sessions.length, failures, used: [...used] };
}
