import type { DescFile } from "@bufbuild/protobuf";

export declare const files: readonly DescFile[];
