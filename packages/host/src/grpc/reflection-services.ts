import { type ServerDuplexStream, status } from "@grpc/grpc-js";
import { type GrpcService, rawBytes } from "./grpc-service.ts";

/** Both versions, which differ in their name only: v1alpha is what the reference and older tools speak. */
const versions = ["grpc.reflection.v1", "grpc.reflection.v1alpha"] as const;

/** Questions that one stream may ask: tools ask one for each file. */
const maxQuestions = 10_000;

/** The answer to one encoded ServerReflectionRequest, or undefined when it does not decode. */
export type AnswerReflection = (question: Uint8Array) => Uint8Array | undefined;

type ReflectionStream = ServerDuplexStream<Uint8Array, Uint8Array>;

/** gRPC's server reflection in both versions. */
export function reflectionServices(answer: AnswerReflection): GrpcService[] {
  return versions.map((version) => {
    const path = `/${version}.ServerReflection/ServerReflectionInfo`;
    return {
      definition: { ServerReflectionInfo: { path, requestStream: true, responseStream: true, ...rawBytes } },
      handlers: { ServerReflectionInfo: (stream: ReflectionStream) => converse(answer, stream) },
    };
  });
}

function converse(answer: AnswerReflection, stream: ReflectionStream): void {
  let asked = 0;
  stream.on("data", (question: Uint8Array) => {
    asked += 1;
    const answered = asked > maxQuestions ? undefined : answer(question);
    if (answered === undefined) {
      const details = asked > maxQuestions ? `more than ${maxQuestions} questions` : "the request does not decode";
      stream.emit("error", { code: status.INVALID_ARGUMENT, details });
      return;
    }
    // A reader that does not read gets no more answers.
    if (!stream.write(answered)) {
      stream.pause();
      stream.once("drain", () => stream.resume());
    }
  });
  stream.on("end", () => stream.end());
  stream.on("error", () => stream.destroy());
}
