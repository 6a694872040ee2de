/** Pure implementations of the Hash and Verifier ports, for browsers, tests and as the oracle of the native ones. */
export { pureHash } from "./hash.ts";
export { pureVerifier } from "./verifier.ts";
