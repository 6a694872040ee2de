import { isIP } from "node:net";
import { err, ok, type Result } from "@stoa/std";

/** Reads a setting's text, or a value of a JSON file; an error text says what was expected. */
type Read<T> = (value: unknown) => Result<T, string>;

/** One setting: its default, its meaning and its bounds. Made by {@link setting}. */
export interface Setting<T> {
  readonly initial: T;
  readonly description: string;
  /** What values can be, in words that follow "must be". */
  readonly expects: string;
  /** What stands for a value in a help page, such as `N`. */
  readonly placeholder: string;
  /** Shown as `(set)` only. */
  readonly secret: boolean;
  readonly read: Read<T>;
}

/** The settings of one program; names in camelCase. */
export type ConfigSchema = Readonly<Record<string, Setting<unknown>>>;

/** The values of a schema. */
export type ConfigValues<S extends ConfigSchema> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};

/** Where a value came from. */
export type ConfigOrigin = "default" | "file" | "environment" | "flag";

/** A problem with a setting and where it stands. */
export interface ConfigProblem {
  readonly setting: string;
  readonly origin: ConfigOrigin;
  /** The name as it was written there: a key of the file, a variable, a flag. */
  readonly source: string;
  readonly message: string;
}

/** One line of `config explain`. */
export interface ExplainedSetting {
  readonly setting: string;
  readonly value: string;
  readonly origin: ConfigOrigin;
  readonly source: string;
  readonly description: string;
  /** What values can be. */
  readonly limits: string;
  readonly default: string;
}

/** Parsed settings: frozen, and able to say where each came from. */
export interface Config<S extends ConfigSchema> {
  readonly values: ConfigValues<S>;
  explain(): readonly ExplainedSetting[];
}

interface Options {
  readonly description: string;
  readonly secret?: boolean;
}

const maxTextLength = 10_000;
const maxListLength = 1_000;
/** A host to listen on. Nothing at all would mean every address of the machine, and nobody may mean that by mistake. */
const hostForm: TextForm = {
  expects: "an IP address or a host's name; 0.0.0.0 and :: are all of the machine's",
  allows: (text) => isIP(text) !== 0 || /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(text),
};
const textLimits = `a text up to ${maxTextLength} characters`;

/** What the texts of a list can be, and what they are called. */
export interface ListEntry {
  readonly plural: string;
  allows(text: string): boolean;
}

/** What a text can be, in words that follow "must be". */
export interface TextForm {
  readonly expects: string;
  allows(text: string): boolean;
}

/** Constructors of settings. */
export const setting = {
  /** A whole number within bounds. */
  integer(initial: number, options: Options & { readonly min: number; readonly max: number }): Setting<number> {
    const { min, max } = options;
    return make(initial, options, [`a whole number from ${min} to ${max}`, "N"], (value) => {
      const number = typeof value === "string" && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
      const isWithin = typeof number === "number" && Number.isSafeInteger(number) && number >= min && number <= max;
      return isWithin ? number : undefined;
    });
  },

  text(initial: string, options: Options & { readonly form?: TextForm }): Setting<string> {
    const { form } = options;
    return make(initial, options, [form?.expects ?? textLimits, "TEXT"], (value) => {
      const text = readText(value);
      return text === undefined || (form?.allows(text) ?? true) ? text : undefined;
    });
  },

  /** An address to listen on. */
  host(initial: string, options: Options): Setting<string> {
    return make(initial, options, [hostForm.expects, "HOST"], readHost);
  },

  /** The same, where another setting is taken if it is missing. */
  optionalHost(options: Options): Setting<string | undefined> {
    return make<string | undefined>(undefined, options, [hostForm.expects, "HOST"], readHost);
  },

  /** A text that may be missing. */
  optionalText(options: Options): Setting<string | undefined> {
    return make<string | undefined>(undefined, options, [textLimits, "TEXT"], readText);
  },

  /** Yes or no; a flag without a value means yes. */
  yesNo(initial: boolean, options: Options): Setting<boolean> {
    return make(initial, options, ["true or false", "true|false"], (value) => {
      if (value === true || value === "true" || value === "1") return true;
      return value === false || value === "false" || value === "0" ? false : undefined;
    });
  },

  choice<const T extends string>(initial: T, choices: readonly T[], options: Options): Setting<T> {
    const words = [`one of ${choices.join(", ")}`, choices.join("|")] as const;
    return make(initial, options, words, (value) => choices.find((each) => each === value));
  },

  /** Texts: an array in a file, else separated by commas. `each` says what one of them can be. */
  list(initial: readonly string[], options: Options & { readonly each?: ListEntry }): Setting<readonly string[]> {
    const { each } = options;
    const expects = `a list of ${each?.plural ?? "texts"}, at most ${maxListLength}`;
    return make(initial, options, [expects, "A,B,…"], (value) => {
      const texts = typeof value === "string" ? (value === "" ? [] : value.split(",")) : value;
      if (!Array.isArray(texts) || texts.length > maxListLength) return undefined;
      const isOne = (text: unknown): boolean => readText(text) !== undefined && (each?.allows(text as string) ?? true);
      return texts.every(isOne) ? texts : undefined;
    });
  },
};

function readText(value: unknown): string | undefined {
  return typeof value === "string" && value.length <= maxTextLength ? value : undefined;
}

function readHost(value: unknown): string | undefined {
  const text = readText(value);
  return text !== undefined && hostForm.allows(text) ? text : undefined;
}

/** `read` gives undefined for what cannot be. */
function make<T>(
  initial: T,
  options: Options,
  [expects, placeholder]: readonly [string, string],
  read: (value: unknown) => T | undefined,
): Setting<T> {
  return {
    initial,
    description: options.description,
    expects,
    placeholder,
    secret: options.secret ?? false,
    read: (value) => {
      const found = read(value);
      return found === undefined ? err(expects) : ok(found);
    },
  };
}

/** What {@link loadConfig} reads, weakest first. */
export interface ConfigSources {
  /** A parsed JSON file: an object with the schema's names. Unknown names are problems: they are typing errors. */
  readonly file?: unknown;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Variables are named prefix + NAME_IN_CAPITALS, such as STOA_BLOCK_INTERVAL_MS. Other variables are not ours. */
  readonly environmentPrefix?: string;
  /** Parsed flags by kebab-case name without dashes. Unknown names are problems. */
  readonly flags?: Readonly<Record<string, string | boolean | undefined>>;
}

/** `blockIntervalMs` as a flag: `block-interval-ms`. */
export function flagName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `blockIntervalMs` as a variable: `BLOCK_INTERVAL_MS`. */
export function variableName(prefix: string, name: string): string {
  return prefix + flagName(name).replaceAll("-", "_").toUpperCase();
}

/** Defaults < file < environment < flags. All problems are listed, not only the first. */
export function loadConfig<S extends ConfigSchema>(
  schema: S,
  sources: ConfigSources,
): Result<Config<S>, ConfigProblem[]> {
  const problems: ConfigProblem[] = [];
  const file = fileEntries(sources.file, problems);
  const flags = new Map(Object.entries(sources.flags ?? {}));
  const values: Record<string, unknown> = {};
  const explained: ExplainedSetting[] = [];
  for (const [name, each] of Object.entries(schema)) {
    const variable = variableName(sources.environmentPrefix ?? "", name);
    const flag = flagName(name);
    const given: readonly (readonly [ConfigOrigin, string, unknown])[] = [
      ["file", name, file.get(name)],
      ["environment", variable, sources.environment?.[variable]],
      ["flag", `--${flag}`, flags.get(flag)],
    ];
    file.delete(name);
    flags.delete(flag);
    let chosen: readonly [ConfigOrigin, string, unknown] = ["default", name, each.initial];
    for (const [origin, source, raw] of given) {
      if (raw === undefined) continue;
      const read = each.read(raw);
      if (read.ok) chosen = [origin, source, read.value];
      else problems.push({ setting: name, origin, source, message: `${source} must be ${read.error}` });
    }
    const [origin, source, value] = chosen;
    values[name] = typeof value === "object" && value !== null ? Object.freeze(value) : value;
    const { description, expects: limits, initial } = each;
    const texts = { value: shown(each, value), default: shown(each, initial), description, limits };
    explained.push({ setting: name, origin, source, ...texts });
  }
  for (const name of file.keys()) problems.push(unknown(name, "file", name));
  for (const [name, value] of flags) if (value !== undefined) problems.push(unknown(name, "flag", `--${name}`));
  if (problems.length > 0) return err(problems);
  return ok({ values: Object.freeze(values) as ConfigValues<S>, explain: () => explained });
}

function fileEntries(file: unknown, problems: ConfigProblem[]): Map<string, unknown> {
  if (file === undefined) return new Map();
  if (typeof file === "object" && file !== null && !Array.isArray(file)) return new Map(Object.entries(file));
  problems.push({ setting: "", origin: "file", source: "", message: "the file must hold one JSON object" });
  return new Map();
}

function unknown(setting: string, origin: ConfigOrigin, source: string): ConfigProblem {
  return { setting, origin, source, message: `there is no setting ${source}` };
}

function shown(each: Setting<unknown>, value: unknown): string {
  if (value === undefined) return "(not set)";
  if (each.secret) return "(set)";
  return Array.isArray(value) ? value.join(",") : String(value);
}
