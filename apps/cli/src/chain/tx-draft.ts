import type { JsonValue } from "@bufbuild/protobuf";
import type { Invocation } from "../command.ts";
import type { Connection } from "../tenant/connection.ts";

/** What a row's own code works with: the message so far, who signs, and what was typed. */
export interface TxDraft {
  readonly json: { [key: string]: JsonValue };
  readonly signer: string;
  readonly invocation: Invocation;
  readonly connection: Connection;
}
