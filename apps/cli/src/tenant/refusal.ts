/** What a refusal says to people: without the layers that a simulation wraps around it, and with what to do. */

const byCode: ReadonlyMap<string, string> = new Map([
  ["sdk/5", "the account holds too little: stoa query bank balances ADDRESS shows what it has"],
  ["sdk/32", "another command used the same key meanwhile: run this one again"],
  ["sdk/13", "the fee is below what the node takes"],
  ["sdk/11", "the gas limit is too low: leave --gas out, and it is simulated"],
  ["deployment/20", "check the deposit: its denomination must be uact and it must reach the minimum"],
  ["deployment/24", "prices must be in uact on this network"],
  ["market/28", "the account holds too little for the deposit"],
  ["escrow/4", "the deployment's money has run out: close it, or deploy again"],
]);

/** A simulation answers `unknown request` for everything; its words still tell. */
const byWords: readonly (readonly [RegExp, string])[] = [
  [/insufficient fee/, "the fee is below what the node takes"],
  [/insufficient (funds|balance)/, "the account holds too little: stoa query bank balances ADDRESS shows what it has"],
  [
    /transfers are currently disabled/,
    "this denomination pays for compute only: accounts do not send it to each other",
  ],
  [/Deposit invalid|Deposit too low/, "prices and deposit must be in uact, and the deposit must reach the minimum"],
  [/invalid price/, "prices must be in uact on this network: change denom in the SDL"],
  [/account sequence mismatch/, "another command used the same key meanwhile: run this one again"],
  [/invalid address|decoding bech32 failed/, "addresses begin with akash1: is one mistyped?"],
];

const wrapped = /^rpc error: code = \w+ desc = (.*?)(?: with gas used: '\d+')?(?:: unknown request)?$/s;
/** Where in its source the reference's simulation failed: says nothing to those who sent it. */
const sourceMark = / \[[^\s\]]+\.go:\d+\]/g;
const firstMessage = /^failed to execute message; message index: 0: /;
const laterMessage = /^failed to execute message; message index: (\d+): /;

/** The reason in the application's own words. */
export function plainReason(message: string): string {
  const inner = (wrapped.exec(message)?.[1] ?? message).replace(sourceMark, "").replace(firstMessage, "");
  return inner.replace(laterMessage, (_, index) => `message ${Number(index) + 1}: `);
}

/** True if the text is a simulation's, whose code says nothing. */
export function isSimulated(message: string): boolean {
  return wrapped.test(message);
}

/** What to do about a refusal, if anything is known. */
export function refusalHint(code: string, message: string): string | undefined {
  return byCode.get(code) ?? byWords.find(([pattern]) => pattern.test(message))?.[1];
}
