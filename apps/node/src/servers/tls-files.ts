export type { TlsFiles } from "@stoa/host";
