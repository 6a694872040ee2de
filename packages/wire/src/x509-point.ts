/** OID of the curve P-256 (RFC 5480 §2.1.1.1). */
export const p256Curve = "1.2.840.10045.3.1.7";

/** Field prime and constant term of P-256 (FIPS 186-4, D.1.2.3). */
const prime = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const constant = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

function number(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

/** True if the bytes are an uncompressed point on P-256: 0x04, x, y. */
export function p256Point(bytes: Uint8Array): boolean {
  if (bytes.length !== 65 || bytes[0] !== 4) return false;
  const x = number(bytes.subarray(1, 33));
  const y = number(bytes.subarray(33));
  if (x >= prime || y >= prime) return false;
  const right = (((x * x) % prime) * x + (prime - 3n) * x + constant) % prime;
  return (y * y) % prime === right;
}
