export { type Fault, HostError, type HostErrorCode, messageOf, systemCode } from "./errors.ts";
export { LevelBackend } from "./level-backend.ts";
export { nativeHash } from "./native-hash.ts";
export { createNativeVerifier } from "./native-verifier.ts";
