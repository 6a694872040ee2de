/**
 * A refusal as the chain reports it: codespace and code are consensus, the message is the log text
 * (market-modules.md §20).
 */
export interface Refusal {
  readonly codespace: string;
  readonly code: number;
  readonly message: string;
}

/** A registered error: what a {@link Refusal} is made of. */
export interface ErrorKind {
  readonly codespace: string;
  readonly code: number;
  readonly text: string;
}

function kind(codespace: string, code: number, text: string): ErrorKind {
  return { codespace, code, text };
}

/** The errors that shared meaning refuses with. The modules' own errors live in the chain. */
export const errorKinds = {
  // Plain errors and panics of the reference carry no code of a module.
  plain: kind("undefined", 1, "internal error"),
  panic: kind("undefined", 111222, "panic"),
  invalidSequence: kind("sdk", 3, "invalid sequence"),
  invalidAddress: kind("sdk", 7, "invalid address"),
  conflict: kind("sdk", 36, "conflict"),
  attributesDuplicateKeys: kind("akash", 1, "attributes cannot have duplicate keys"),
  invalidAttributeKey: kind("akash", 2, "attribute key does not match regexp"),
  invalidDepositSource: kind("akash", 4, "invalid deposit source"),
  invalidGroups: kind("deployment", 7, "Invalid groups"),
  emptyHash: kind("deployment", 9, "Invalid: empty hash"),
  invalidHash: kind("deployment", 10, "Invalid: deployment hash"),
  groupSpecInvalid: kind("deployment", 19, "GroupSpec invalid"),
  invalidDeposit: kind("deployment", 20, "Deposit invalid"),
  invalidIdPath: kind("deployment", 21, "ID path invalid"),
  invalidPrice: kind("deployment", 24, "price invalid"),
  duplicateGroupName: kind("deployment", 25, "duplicate group name"),
  invalidReclamation: kind("deployment", 26, "invalid reclamation configuration"),
  capabilitiesMismatch: kind("market", 32, "capabilities mismatch"),
  invalidEscrowId: kind("escrow", 12, "invalid ID"),
  malformedKey: kind("escrow", 18, "malformed key"),
} as const satisfies Readonly<Record<string, ErrorKind>>;

/** A refusal with the kind's own text. */
export function refusal(of: ErrorKind): Refusal {
  return { codespace: of.codespace, code: of.code, message: of.text };
}

/** A refusal whose text is only `message`: for errors whose reference text does not end in the kind's. */
export function refusalText(of: ErrorKind, message: string): Refusal {
  return { codespace: of.codespace, code: of.code, message };
}

/** A refusal as the reference wraps it: `context: text`. */
export function wrapped(of: ErrorKind, context: string): Refusal {
  return { codespace: of.codespace, code: of.code, message: `${context}: ${of.text}` };
}

/** The same refusal with one more context in front. */
export function within(context: string, inner: Refusal): Refusal {
  return { ...inner, message: `${context}: ${inner.message}` };
}
