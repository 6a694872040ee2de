export { type ProviderSurroundings, providerConfig, providerParams } from "./config.ts";
export { defaultPrices, readPrices } from "./engine/price-config.ts";
export type { PriceStrategy, PriceTable } from "./engine/pricing.ts";
export { type RunningProvider, startProvider } from "./main.ts";
export type { ProviderParams } from "./provider-params.ts";
export { DockerApi, engineSocketPath } from "./runtimes/docker/api.ts";
