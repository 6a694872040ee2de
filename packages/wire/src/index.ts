// biome-ignore format: a door is one screen
export {
  accountAddress, accountPrefix, accountText, consensusPrefix, consensusText, derivedModuleAddress,
  ics20EscrowAddress, maxAddressBytes, moduleAddress, parseAccount, parseAddress, parseConsensus, parseValidator,
  typedAddress, validatorPrefix, validatorText,
} from "./address.ts";
export { toAminoJson } from "./amino-json.ts";
export { type Bech32, decodeBech32, fromBech32, toBech32 } from "./bech32.ts";
export { decode, decodeVerbatim, encode, maxMessageDepth, tryDecode } from "./codec.ts";
// biome-ignore format: a door is one screen
export {
  addCoins, amountOf, type Coin, type Coins, coin, coinFromWire, coinsFromWire, coinsToWire, coinToWire, denomPattern,
  denomsSubsetOf, diffCoins, equalCoins, formatCoin, formatCoins, isAllGt, isAllGte, isAnyGte, isDenom, maxCoins,
  minCoins, parseCoin, parseCoins, sortedCoins, subCoins, validateCoin, validateCoins, type WireCoin,
} from "./coins.ts";
// biome-ignore format: a door is one screen
export {
  addDecCoins, type DecCoin, type DecCoins, decAmountOf, decCoinFromWire, decCoinsOf, decCoinToWire, formatDecCoin,
  formatDecCoins, intersectDecCoins, mulDecCoins, mulDecCoinsTruncate, parseDecCoin, parseDecCoins, quoDecCoins,
  quoDecCoinsTruncate, subDecCoins, truncateDecCoins, validateDecCoins,
} from "./dec-coins.ts";
export { EthereumKeySchema, ethereumAddress, ethereumKeyUrl, personalMessage } from "./ethereum.ts";
export { goDecodeText } from "./go-decode-text.ts";
export { jsonStringText, jsonText, sortedJson } from "./json-text.ts";
// biome-ignore format: a door is one screen
export {
  createJwt, type JwtAlgorithm, type JwtCheck, type JwtFault, jwtSignBytes, jwtSigningText, maxJwtChars, type ParsedJwt,
  parseJwt, verifyJwt,
} from "./jwt.ts";
export { type JwtTarget, jwtAllows, jwtAllowsProvider, jwtServices } from "./jwt-access.ts";
// biome-ignore format: a door is one screen
export {
  attestationScope, checkJwtLeases, type JwtClaims, type JwtDeployment, type JwtLeases, type JwtPermission,
  type JwtScope, jwtScopes, readJwtClaims,
} from "./jwt-claims.ts";
export { type JsonMode, type JsonNode, jsonFields, parseJsonBytes, parseJsonText } from "./jwt-json.ts";
export { jwtSchemaValid } from "./jwt-schema.ts";
// biome-ignore format: a door is one screen
export {
  bitCount, lacksBits, type MemberSignature, multisigModeInfo, multisigSignature, setBits, splitMultisignature,
} from "./multisig.ts";
export { toProtoJson } from "./proto-json.ts";
export { fromProtoJson } from "./proto-json-parse.ts";
// biome-ignore format: a door is one screen
export {
  addressOf, type MultisigPublicKey, maxMultisigDepth, multisigKey, type PublicKey, publicKeyFromAny,
  publicKeyToAmino, publicKeyToAminoJson, publicKeyToAny, publicKeyToJson, type SinglePublicKey,secp256k1Key, 
} from "./public-key.ts";
// biome-ignore format: a door is one screen
export {
  aminoSignBytes, directAuxSignBytes, directSignBytes, enabledSignModes, type SignableTx, 
  type SignerData,signBytesOf, 
} from "./sign-docs.ts";
export { signerPathsOf, signersOf } from "./signers.ts";
export { nanoTimeText, parseDurationText, parseTimeText, protoTimeText } from "./time-text.ts";
export { type DecodedTx, decodeTx, type TxDecodeError, type TxMessage } from "./tx.ts";
// biome-ignore format: a door is one screen
export {
  assembleTx, buildTx, type DraftSigner, messageToAny, newMessage, type TxDraft, txHash, type UnsignedTx,
} from "./tx-build.ts";
export { type TxSigners, txSigners } from "./tx-signers.ts";
export { type TxTypes, txTypesOf, withEthereumKeys } from "./tx-types.ts";
// biome-ignore format: a door is one screen
export {
  type SignatureCheck, signatureProblem, signBytesByMode, verifyBytes, verifyTxSignature,
} from "./tx-verify.ts";
export { typeNameOf } from "./type-url.ts";
// biome-ignore format: a door is one screen
export {
  type ChainEvent, type EventAttribute, newTypedEvent, parseTypedEvent, toAbciEvent, typedEvent,
} from "./typed-event.ts";
export { rejectUnknownFields, type TypeResolver, type UnknownFieldsError } from "./unknown-fields.ts";
export { WireError } from "./wire-error.ts";
// biome-ignore format: a door is one screen
export {
  parseCertificate, parsePublicKeyInfo, pemTypes, verifyCertificateSignature, type X509Certificate, type X509Fault,
  x509Oid,
} from "./x509.ts";
// biome-ignore format: a door is one screen
export {
  type AccountCertificateFault, type CertificateCrypto, checkAccountCertificate, type OnChainCertificate,
  type PeerIdentity, parseCertificatePem, parseCertificateSerial, parsePublicKeyPem, readPeerIdentity,
  verifyPeerCertificate,
} from "./x509-account.ts";
// biome-ignore format: a door is one screen
export {
  assembleCertificate, buildCertificate, buildCertificateBody, buildPkcs8, buildPublicKeyInfo, type CertificateTemplate,
} from "./x509-build.ts";
export { decodePem, encodePem, encodePemBytes, type PemBlock } from "./x509-pem.ts";
