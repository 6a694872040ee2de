import { decodeTx, type TxTypes } from "@stoa/wire";
import { Service, TxSchema } from "@stoa/wire/cosmos.tx.v1beta1";
import { encode } from "./codec.ts";
import type { Context } from "./context.ts";
import { refuse, refuseQuery, sdkErrors } from "./errors.ts";
import { dataOf, type Execution } from "./execution.ts";
import { answer, type QueryHandler } from "./module.ts";

/** Gas and result of a simulated transaction, as `SimulateResponse` and `/app/simulate` show them. */
export function simulationOf(execution: Execution) {
  return {
    gasInfo: { gasWanted: execution.gasWanted, gasUsed: execution.gas?.consumed ?? 0n },
    result: {
      data: dataOf(execution),
      log: "",
      // Nothing is indexed in a simulation.
      events: execution.events.map(({ type, attributes }) => ({
        type,
        attributes: attributes.map(({ key, value }) => ({ key, value, index: false })),
      })),
      msgResponses: [...execution.responses],
    },
  };
}

/** The tx service's methods that need no block store: simulate, decode and encode (base-chain.md §4.9). */
export function txQueries(
  typesOf: (ctx: Context) => TxTypes,
  simulate: (tx: Uint8Array) => Execution,
): readonly QueryHandler[] {
  return [
    answer(Service.method.simulate, (_, request) => {
      const { tx, txBytes } = request;
      if (tx === undefined && txBytes.length === 0) refuseQuery("InvalidArgument", "empty txBytes is not allowed");
      const execution = simulate(tx !== undefined && txBytes.length === 0 ? encode(TxSchema, tx) : txBytes);
      if (execution.error === undefined) return simulationOf(execution);
      const used = `with gas used: '${execution.gas?.consumed ?? 0n}'`;
      return refuseQuery("Unknown", `${execution.error.text} ${used}`);
    }),
    answer(Service.method.txDecode, (ctx, request) => {
      if (request.txBytes.length === 0) refuseQuery("InvalidArgument", "invalid empty tx bytes");
      const decoded = decodeTx(request.txBytes, typesOf(ctx));
      if (!decoded.ok) return refuse(sdkErrors.txDecode, decoded.error.detail);
      const { body, authInfo, signatures } = decoded.value;
      return { tx: { body, authInfo, signatures: [...signatures] } };
    }),
    answer(Service.method.txEncode, (_, request) => {
      if (request.tx === undefined) refuseQuery("InvalidArgument", "invalid empty tx");
      return { txBytes: encode(TxSchema, request.tx) };
    }),
  ];
}
