/** What holds private keys: mnemonics, derivation, signing, armor. A door of its own: nodes do not load it. */

// biome-ignore format: a door is one screen
export {
  type ArmorBlock, armorPrivateKey, armorPublicKey, decodeArmor, encodeArmor, unarmorPrivateKey, unarmorPublicKey,
} from "./armor.ts";
// biome-ignore format: a door is one screen
export {
  type Bip44Path, defaultPath, deriveKey, entropyOf, formatBip44Path, keyFromMnemonic, mnemonicOf, mnemonicWords,
  parseBip44Path, parsePath, seedOf,
} from "./hd.ts";
// biome-ignore format: a door is one screen
export {
  type PrivateKey, privateKeyFromAmino, privateKeyToAmino, publicKeyOf, secp256k1PrivateKey, signDigest, signMessage,
} from "./keys.ts";
export { type DirectSigner, signDirect, signSingle, signWithMode } from "./tx-sign.ts";
