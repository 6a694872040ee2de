export { privateFileMode, writeFileAtomic } from "./atomic-file.ts";
export { ClientRate, type ClientRateParams, clientOf, retryAfterS, tooManyRequests } from "./client-rate.ts";
export {
  type Config,
  type ConfigOrigin,
  type ConfigProblem,
  type ConfigSchema,
  type ConfigSources,
  type ConfigValues,
  type ExplainedSetting,
  flagName,
  loadConfig,
  type Setting,
  setting,
  variableName,
} from "./config.ts";
export { type Fault, HostError, type HostErrorCode, messageOf, systemCode } from "./errors.ts";
export { refuseUnreadable, refuseUpgrade } from "./http-refusal.ts";
export {
  defaultHttpLimits,
  type HttpLimits,
  type HttpServer,
  type HttpServerParams,
  HttpStatus,
  listenHttp,
  readBody,
  sendJson,
  sendText,
} from "./http-server.ts";
export { LevelBackend } from "./level-backend.ts";
export { type LifecycleParams, type ProcessControl, type ProcessEvents, runProcess } from "./lifecycle.ts";
export { acquireLock, type Lock } from "./lock-file.ts";
export { createLog, type LogLevel, type LogParams, logLevels } from "./log.ts";
export { nativeHash } from "./native-hash.ts";
export { createNativeVerifier } from "./native-verifier.ts";
export { systemClock, systemRandom, systemTimers } from "./ports.ts";
// biome-ignore format: a door is one screen
export {
  type ClientIdentity, type ProviderCall, type ProviderSocket, type ProviderSocketEvents, ProviderTransport,
  type ProviderTransportParams,
} from "./provider-transport.ts";
export { Scope, ScopeError, type StartedScope } from "./scope.ts";
export { readSecretFile, type SecretFile, writeSecretFile } from "./secret-file.ts";
export { type SignatureToCheck, SignatureWorkers } from "./signature-workers.ts";
export { readTlsFiles, type TlsFiles } from "./tls-files.ts";
export { type RememberingVerifier, rememberVerified } from "./verified-signatures.ts";
