import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import { lostState } from "@stoa/chain";
import { encode, goDecodeText, tryDecode } from "@stoa/wire";
import { registry } from "@stoa/wire/registry";
import { errorOfAnswer } from "./chain-answer.ts";
import type { ServiceContext } from "./service-context.ts";
import { atHeight, ServiceError } from "./service-error.ts";

/** What a method answers. */
export interface ServiceReply {
  readonly value: Uint8Array;
  /** The state that was read; undefined for methods that read none. */
  readonly height: bigint | undefined;
}

/** One unary method: takes and gives protobuf bytes. Throws ServiceError. */
export interface ServiceMethod {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly descriptor: DescMethodUnary;
  /** `height` 0 asks for the latest state. */
  call(request: Uint8Array, height: bigint): Promise<ServiceReply>;
}

/** The methods that are served, by path. */
export type ServiceTable = ReadonlyMap<string, ServiceMethod>;

/** Path of a method, as gRPC and ABCI name it. */
export function pathOf(method: DescMethodUnary): string {
  return `/${method.parent.typeName}/${method.name}`;
}

function decodeRequest<I extends DescMessage>(schema: I, bytes: Uint8Array, height: bigint): MessageShape<I> {
  const decoded = tryDecode(schema, bytes);
  if (decoded.ok) return decoded.value;
  const text = goDecodeText(schema, decoded.error.message);
  throw new ServiceError("Internal", `grpc: error unmarshalling request: ${text}`, height);
}

/** A height that queries can be answered for: refuses negative, future and forgotten ones in the reference's words. */
export async function readableHeight({ engine }: ServiceContext, asked: bigint): Promise<bigint> {
  const { lowest, highest } = await engine.heights();
  if (asked === 0n) return highest;
  if (asked < 0n) {
    const text = "cannot query with height < 0; please provide a valid height";
    throw new ServiceError("Unknown", `codespace sdk code 18: invalid request: ${text}`);
  }
  if (asked > highest) {
    const text = "cannot query with height in the future; please provide a valid height";
    throw new ServiceError("Unknown", invalidHeight(text));
  }
  if (asked < lowest) {
    throw new ServiceError("Unknown", `codespace sdk code 38: not found: ${lostState(asked, highest)}`);
  }
  return asked;
}

function invalidHeight(detail: string): string {
  return `codespace sdk code 26: invalid height: ${detail}`;
}

/** A method that the node answers itself, from its engine: at a height, like the methods of the state machine. */
export function serve<I extends DescMessage, O extends DescMessage>(
  context: ServiceContext,
  method: DescMethodUnary<I, O>,
  answer: (request: MessageShape<I>, height: bigint) => Promise<MessageInitShape<O>>,
): ServiceMethod {
  return {
    path: pathOf(method),
    descriptor: method,
    call: async (bytes, asked) => {
      const height = await readableHeight(context, asked);
      const request = decodeRequest(method.input, bytes, height);
      try {
        const response = await answer(request, height);
        return { value: encode(method.output, create(method.output, response)), height };
      } catch (problem) {
        throw atHeight(problem, height);
      }
    },
  };
}

/** A method that reads no state, so that its answer names no height. */
export function serveStateless<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  answer: (request: MessageShape<I>) => Promise<MessageInitShape<O>>,
): ServiceMethod {
  return {
    path: pathOf(method),
    descriptor: method,
    call: async (bytes) => {
      const response = await answer(decodeRequest(method.input, bytes, 0n));
      return { value: encode(method.output, create(method.output, response)), height: undefined };
    },
  };
}

/** The methods of the state machine: each is a query over ABCI with the method's path. */
export function chainMethods({ engine }: ServiceContext, paths: Iterable<string>): ServiceMethod[] {
  return [...paths].map((path) => {
    const descriptor = unaryMethod(path);
    return {
      path,
      descriptor,
      call: async (data, height) => {
        const answer = await engine.query({ path, data, height, prove: false });
        if (answer.code === 0) return { value: answer.value, height: answer.height };
        throw errorOfAnswer(answer);
      },
    };
  });
}

function unaryMethod(path: string): DescMethodUnary {
  const [, service = "", name = ""] = path.split("/");
  const found = registry.getService(service)?.methods.find((method) => method.name === name);
  if (found?.methodKind !== "unary") throw new Error(`no unary method ${path} in the descriptors`);
  return found as DescMethodUnary;
}

/** A table; a path that is claimed twice belongs to the first. */
export function serviceTable(...groups: readonly (readonly ServiceMethod[])[]): ServiceTable {
  const table = new Map<string, ServiceMethod>();
  for (const method of groups.flat()) if (!table.has(method.path)) table.set(method.path, method);
  return table;
}
