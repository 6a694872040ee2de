import type { QueryRequest, QueryResponse } from "@stoa/chain";
import { emptyBytes } from "@stoa/std";
import type { Engine } from "../../engines/engine.ts";
import { cometService } from "./comet-service.ts";
import { nodeServices as ownServices } from "./node-service.ts";
import { reflectionService } from "./reflection-service.ts";
import type { ServiceContext } from "./service-context.ts";
import { type GrpcName, ServiceError } from "./service-error.ts";
import { chainMethods, type ServiceTable, serviceTable } from "./service-table.ts";
import { stakingService } from "./staking-service.ts";
import { txService } from "./tx-service.ts";

/** The state machine's part of what is served. */
export interface ChainParts {
  /** Paths of the methods that it answers. */
  readonly queryPaths: readonly string[];
  /** Type URLs of the messages that it carries out. */
  readonly messageUrls: readonly string[];
}

/** What is served: `own` by the node itself, `all` with the state machine's queries. */
export interface NodeServices {
  readonly own: ServiceTable;
  readonly all: ServiceTable;
}

/** Collects the services: the state machine's, then what the node answers from its engine, genesis and settings. */
export function nodeServices(context: ServiceContext, { queryPaths, messageUrls }: ChainParts): NodeServices {
  const own = serviceTable(
    cometService(context),
    ownServices(context),
    txService(context),
    stakingService(context),
    reflectionService({ context, messageUrls, services: () => all }),
  );
  const all = serviceTable(chainMethods(context, queryPaths), [...own.values()]);
  return { own, all };
}

/** ABCI codes of gRPC codes (base-chain.md §4.10). */
const abciCodes: ReadonlyMap<GrpcName, readonly [code: number, text: string]> = new Map([
  ["NotFound", [22, "key not found"]],
  ["InvalidArgument", [18, "invalid request"]],
  ["FailedPrecondition", [18, "invalid request"]],
  ["Unauthenticated", [4, "unauthorized"]],
]);

/**
 * The engine, whose queries also reach the services that the node answers itself: relayers ask for them over
 * `abci_query` (base-chain.md §4.10).
 */
export function withNodeServices(engine: Engine, own: ServiceTable): Engine {
  const query = async (request: QueryRequest): Promise<QueryResponse> => {
    const method = own.get(request.path);
    if (method === undefined) return engine.query(request);
    const blank = { codespace: "", log: "", key: emptyBytes, value: emptyBytes, proofOps: [], height: 0n };
    if (request.path === "/cosmos.tx.v1beta1.Service/BroadcastTx") {
      return { ...blank, code: 18, codespace: "sdk", log: "can't route a broadcast tx message: invalid request" };
    }
    try {
      const { value, height } = await method.call(request.data, request.height);
      return { ...blank, code: 0, value, height: height ?? (await engine.heights()).highest };
    } catch (problem) {
      if (!(problem instanceof ServiceError)) throw problem;
      const [code, text] = abciCodes.get(problem.grpc) ?? [6, "unknown request"];
      const log = `rpc error: code = ${problem.grpc} desc = ${problem.message}: ${text}`;
      return { ...blank, code, codespace: "sdk", log };
    }
  };
  return new Proxy(engine, {
    get: (target, name) => {
      if (name === "query") return query;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
