import { globMatch } from "./glob.ts";
import { errorKinds, type Refusal, refusal } from "./refusal.ts";

/** A key with a value: what providers declare, auditors sign and tenants require. */
export interface Attribute {
  readonly key: string;
  readonly value: string;
}

// Keys of resource attributes may end in `*`; keys that providers register may not (market-modules.md §3.3).
const keyPattern = /^[a-zA-Z][\w/.-]{1,126}[\w*]?$/;
const providerKeyPattern = /^[a-zA-Z][\w/.-]{1,126}$/;

function validate(attributes: readonly Attribute[], pattern: RegExp): Refusal | undefined {
  const seen = new Set<string>();
  for (const { key } of attributes) {
    if (!pattern.test(key)) return refusal(errorKinds.invalidAttributeKey);
    if (seen.has(key)) return refusal(errorKinds.attributesDuplicateKeys);
    seen.add(key);
  }
  return undefined;
}

/** Undefined if all keys are well formed, wildcards allowed, and none comes twice. */
export function validateAttributes(attributes: readonly Attribute[]): Refusal | undefined {
  return validate(attributes, keyPattern);
}

/** Undefined if all keys may stand in a provider's registration and none comes twice. */
export function validateProviderAttributes(attributes: readonly Attribute[]): Refusal | undefined {
  return validate(attributes, providerKeyPattern);
}

/** True if `offered` satisfies `required`: the required key, as a glob, matches the offered one; equal values. */
export function attributeSatisfied(required: Attribute, offered: Attribute): boolean {
  return required.value === offered.value && globMatch(required.key, offered.key);
}

/** The subset rule: every required attribute is satisfied by some offered one. */
export function attributesSubsetOf(required: readonly Attribute[], offered: readonly Attribute[]): boolean {
  return required.every((one) => offered.some((other) => attributeSatisfied(one, other)));
}

/** True if at least one required attribute is satisfied by some offered one. */
export function attributesAnyOf(required: readonly Attribute[], offered: readonly Attribute[]): boolean {
  return required.some((one) => offered.some((other) => attributeSatisfied(one, other)));
}
