import type { DescMessage } from "@bufbuild/protobuf";
import { emptyBytes, err, ok, type Result } from "@stoa/std";
import { accountText, parseAccount, parseValidator } from "./address.ts";
import { scalarNameOf } from "./field-options.ts";
import { signerPathsOf, signersOf } from "./signers.ts";
import type { DecodedTx } from "./tx.ts";

/** Who signs a transaction, in the order of the signatures. */
export interface TxSigners {
  /** Account address bytes, each once: the messages' signers in order, then the fee payer. */
  readonly addresses: readonly Uint8Array[];
  /** The same as account texts. */
  readonly texts: readonly string[];
  /** Account text of who pays: the fee's payer, else the first signer; "" for a transaction without messages. */
  readonly feePayer: string;
  /** The same as address bytes; empty for a transaction without messages. */
  readonly payer: Uint8Array;
}

type AddressParser = typeof parseAccount;

/** Parsers that were chosen: reading options costs more than the addresses. */
const knownParsers = new WeakMap<DescMessage, AddressParser>();

/** How a message names its signers: by account addresses, a few by a validator's operator address. */
function parserOf(schema: DescMessage): AddressParser {
  const known = knownParsers.get(schema);
  if (known !== undefined) return known;
  const namesValidator = signerPathsOf(schema).some((path) =>
    schema.fields.some((field) => field.name === path && scalarNameOf(field) === "cosmos.ValidatorAddressString"),
  );
  const parse = namesValidator ? parseValidator : parseAccount;
  knownParsers.set(schema, parse);
  return parse;
}

/**
 * The signers of a transaction (base-chain.md §4.1). Errors: a message that nobody can sign, an address that is none, no
 * fee (where the reference panics).
 */
export function txSigners(tx: Pick<DecodedTx, "messages" | "authInfo">): Result<TxSigners, string> {
  const { fee } = tx.authInfo;
  if (fee === undefined) return err("the transaction has no fee");
  // By account text, of which every address has one.
  const seen = new Map<string, Uint8Array>();
  let feePayer: string | undefined;
  for (const { schema, value } of tx.messages) {
    const names = signersOf(schema, value);
    if (names === undefined) return err(`${schema.typeName} has no signer`);
    const parse = parserOf(schema);
    for (const name of names) {
      const address = parse(name);
      if (!address.ok) return address;
      // Bech32 is one text in two cases.
      seen.set(parse === parseAccount ? name.toLowerCase() : accountText(address.value), address.value);
    }
  }
  if (fee.payer !== "") {
    const payer = parseAccount(fee.payer);
    if (!payer.ok) return payer;
    feePayer = fee.payer.toLowerCase();
    seen.set(feePayer, payer.value);
  }
  const texts = [...seen.keys()];
  feePayer ??= texts[0] ?? "";
  return ok({ addresses: [...seen.values()], texts, feePayer, payer: seen.get(feePayer) ?? emptyBytes });
}
