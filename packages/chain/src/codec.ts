/** The protobuf codec, named once for the chain. */
export type { DescMessage, DescMethodUnary, Message, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
export { create } from "@bufbuild/protobuf";
