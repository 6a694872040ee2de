/** What a code stands for and what to do about it; `docs/sdl-problems.md` is made from this table. */
export interface ProblemMeaning {
  readonly meaning: string;
  readonly advice: string;
}

function row(meaning: string, advice: string): ProblemMeaning {
  return { meaning, advice };
}

/** Every code with which an SDL is refused. */
export const problemCodes = {
  "yaml-syntax": row("The text is not YAML.", "Mend the text at the position named."),
  "yaml-too-large": row("The text is longer than is read.", "Move scripts and data out of the SDL, into the image."),
  "yaml-too-deep": row("Lists and maps are nested too deeply.", "Flatten the document."),
  "yaml-alias": row("An alias has no anchor, holds itself or expands to too much.", "Write the value out."),
  "yaml-duplicate-key": row("A map has one key twice.", "Keep one of the two."),
  "yaml-merge": row("`<<` is given something other than a map or a list of maps.", "Merge maps only."),
  "wrong-type": row("A value is of another type than its key wants.", "Write a value of the type named."),
  "unknown-key": row("A key does not belong where it stands.", "Remove it, or correct its spelling."),
  "missing-key": row("A key that must be there is not.", "Add it."),
  "value-not-allowed": row("A value is not one of those allowed.", "Write one of those that the message names."),
  "value-out-of-range": row(
    "A number or text is too small, too large, too short or too long.",
    "Stay within the bounds named.",
  ),
  "version-unsupported": row("The version is none that is understood.", 'Write version: "2.0" or version: "2.1".'),
  "cpu-units": row("CPU units cannot be read.", "Write cores such as 0.5, or millicores such as 500m."),
  "gpu-units": row("GPU units cannot be read.", "Write a whole number of devices."),
  size: row("A size cannot be read.", "Write a number with a suffix such as Mi or Gi: 512Mi."),
  "gpu-attributes": row(
    "GPU attributes are missing, superfluous or not understood.",
    "With units above 0 name a vendor: attributes: {vendor: {nvidia: [{model: a100}]}}.",
  ),
  "cpu-attributes": row("A CPU attribute is not understood.", "Only arch is."),
  "storage-attributes": row(
    "Class and persistence of a volume do not go together.",
    "class beta1 to beta3 needs persistent: true, class ram needs persistent: false.",
  ),
  "storage-name": row("Two volumes have one name.", "Give each volume its own name."),
  "storage-mount": row(
    "A volume is not mounted, or mounted wrongly.",
    "Give services.SERVICE.params.storage.VOLUME.mount an absolute path of its own.",
  ),
  "storage-unknown": row(
    "A service mounts a volume that its compute profile lacks.",
    "Declare the volume in the compute profile, or correct the name.",
  ),
  price: row("A price cannot be read or is not positive.", "Write decimal text above 0 with at most 18 places."),
  denomination: row(
    "A denomination is malformed, or prices are in several.",
    "Price everything in one denomination, such as uact.",
  ),
  protocol: row("The protocol is not known.", "Write TCP or UDP."),
  "http-option": row("An HTTP option is out of bounds or not understood.", "Stay within the bounds named."),
  hostname: row("A host name in accept is malformed or used twice.", "Use lower-case DNS names, each once."),
  endpoint: row(
    "An endpoint is misnamed, unknown, unused or of a wrong kind.",
    "Declare it under endpoints with kind: ip and use it in an expose.",
  ),
  "endpoint-not-global": row("An expose with an ip is not global.", "Add global: true."),
  "endpoint-port": row("Two exposes use one port of an endpoint.", "Use another port or another endpoint."),
  "profile-missing": row(
    "A deployment names a compute profile that is not there.",
    "Declare it under profiles.compute.",
  ),
  "placement-missing": row("A deployment names a placement that is not there.", "Declare it under profiles.placement."),
  "pricing-missing": row(
    "A placement has no price for a compute profile.",
    "Add the profile under the placement's pricing.",
  ),
  "service-missing": row(
    "A deployment names a service that is not there.",
    "Declare it under services, or correct the name.",
  ),
  "service-not-deployed": row("A service has no entry under deployment.", "Add one, or remove the service."),
  credentials: row("Registry credentials are incomplete.", "Give host, username and password."),
  tee: row(
    "Confidential compute is asked for in a way that cannot be.",
    "tee is cpu or cpu-gpu; cpu-gpu needs GPUs; one type per placement.",
  ),
  reclamation: row("The reclamation window is no positive duration.", 'Write hours, minutes or seconds: "24h".'),
  "resource-limit": row(
    "A unit asks for less or more than the chain allows.",
    "Stay within the limits named (market-modules.md §3.4).",
  ),
  "group-limit": row(
    "A group asks for less or more in all than the chain allows.",
    "Ask for fewer replicas or smaller units, or split the group.",
  ),
  "no-groups": row("Nothing is deployed.", "Add a service to a placement under deployment."),
  manifest: row("The manifest that follows would be refused by every provider.", "Do what the message says."),
} as const satisfies Readonly<Record<string, ProblemMeaning>>;

export type ProblemCode = keyof typeof problemCodes;

/** The page `docs/sdl-problems.md`, made from the table. */
export function problemCodesPage(): string {
  const rows = Object.entries(problemCodes).map(
    ([code, { meaning, advice }]) => `| \`${code}\` | ${meaning} | ${advice} |`,
  );
  return [
    "# SDL problems",
    "",
    "Codes in `problems[].code` of `./stoa sdl compile --json`. Generated from `packages/sdl/src/problem-codes.ts`;",
    "a test holds this page to it.",
    "",
    "| Code | Meaning | What to do |",
    "|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}
