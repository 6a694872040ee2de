/** Bytes or text that are not a valid encoding of the expected message: the sender's fault. */
export class WireError extends Error {
  override readonly name = "WireError";
}
