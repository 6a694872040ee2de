export { AssertionError, assert, unreachable } from "./assert.ts";
export {
  compareBytes,
  compareText,
  concatBytes,
  emptyBytes,
  equalBytes,
  fromBase64,
  fromBase64Url,
  fromHex,
  fromUtf8,
  fromUtf8Lossy,
  prefixEnd,
  readUint64Be,
  startsWith,
  toBase64,
  toBase64Url,
  toHex,
  toHexUpper,
  uint32Be,
  uint64Be,
  utf8,
} from "./bytes.ts";
export { Dec, decPlaces } from "./dec.ts";
export {
  ArithmeticError,
  ceilDiv,
  checkInt,
  fitsInt,
  floorDiv,
  maxInt64,
  maxIntBits,
  maxUint32,
  maxUint64,
  minInt64,
  parseDecimal,
  parseGoInteger,
  parseGoIntegerText,
} from "./integers.ts";
export type { Clock, Hash, Log, LogFields, Random, SignatureScheme, Timer, Timers, Verifier } from "./ports.ts";
export { silentLog } from "./ports.ts";
export { Prng } from "./prng.ts";
export { err, ok, type Result } from "./result.ts";
