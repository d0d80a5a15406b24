import { access } from 'node:fs/promises';
import type { Option } from '../contract/option.ts';
import { createLineFinder, readDocument } from '../lib/document-file.ts';
import { describeDurations } from '../lib/duration.ts';
import { UserError } from '../lib/errors.ts';
import { parseJsonOrNull } from '../lib/json.ts';
import { createObject, isOneOf } from '../lib/members.ts';
import { describeUnknownName } from '../lib/nearest.ts';
import { showValue } from '../lib/redact.ts';
import {
  type Config,
  type ConfigOptions,
  formatFlagName,
  formatVariableName,
  OPTION_NAMES,
  OPTIONS,
  showOption,
  VARIABLE_PREFIX,
} from './options.ts';

/** The source of a value. `option`: a program that uses the library. */
export type OptionOrigin = 'flag' | 'variable' | 'file' | 'option' | 'default';

export interface EffectiveConfig {
  readonly config: Config;
  readonly origins: Readonly<Record<keyof Config, OptionOrigin>>;
}

/** The values of flags, by option name. A switch has `on`. */
export type FlagTexts = Readonly<Record<string, string | readonly string[] | undefined>>;

interface WrittenValue {
  readonly origin: OptionOrigin;
  readonly written: string;
  readonly texts: readonly string[];
  /** The texts for messages, if the user wrote them differently. */
  readonly shown?: readonly string[];
}

type Source = ReadonlyMap<keyof Config, WrittenValue>;

/** Creates a configuration for programs and tests, without variables or files. Given values count as flags. */
export function createConfig(values: Partial<Config> = {}): EffectiveConfig {
  const defaults = createObject<Config>(OPTION_NAMES.map((name) => [name, OPTIONS[name].fallback]));
  const origins = OPTION_NAMES.map((name) => [name, values[name] === undefined ? 'default' : 'flag']);
  return { config: Object.freeze({ ...defaults, ...values }), origins: Object.fromEntries(origins) };
}

/** Reads the configuration of a program that uses the library. @throws UserError with every invalid option */
export function readOptions(options: ConfigOptions): EffectiveConfig {
  const faults = Object.keys(options)
    .filter((name) => !isOneOf(OPTION_NAMES, name))
    .map((name) => describeUnknownName(`option \`${name}\``, name, OPTION_NAMES));
  return resolveOptions([createSource('option', options, (name) => `option \`${name}\``)], faults);
}

/** Reads the configuration. Flags win over variables, these over the file. @throws UserError with every mistake */
export async function readConfig(
  flags: FlagTexts,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<EffectiveConfig> {
  const faults: string[] = [];
  const readPath = (name: string) => [flags[name]].flat()[0] ?? (environment[formatVariableName(name)] || undefined);
  const folder = readPath('etc');
  if (folder !== undefined && !(await exists(folder)))
    faults.push(`--etc ${showValue(folder)} does not exist. Expected a folder.`);
  const etc = createFileFinder(folder, faults);
  const filePath = readPath('config') ?? (await etc('config'));
  const sources: Source[] = [
    createSource('flag', flags, (name) => `--${formatFlagName(name)}`),
    readVariables(environment, faults),
    filePath === undefined ? new Map() : await readConfigFile(filePath, faults),
  ];
  const seedFile = await etc('seed');
  if (seedFile !== undefined)
    sources.push(new Map([['seed', { origin: 'file', written: seedFile, texts: [seedFile] }]]));
  return resolveOptions(sources, faults);
}

/** Returns the values of the options in the syntax of their flags, without secrets, and where each comes from, by flag. */
export function describeConfiguration({ config, origins }: EffectiveConfig) {
  return Object.fromEntries(
    OPTION_NAMES.map((name) => [formatFlagName(name), { value: showOption(name, config), origin: origins[name] }]),
  );
}

/** Returns the credentials of the real service for `compare`, which are never part of a configuration. */
export function readCompareCredentials(environment: NodeJS.ProcessEnv = process.env) {
  const read = (name: string) => environment[`${VARIABLE_PREFIX}COMPARE_${name}`] || null;
  return {
    token: read('TOKEN'),
    clientId: read('CLIENT_ID'),
    clientSecret: read('CLIENT_SECRET'),
    expired: read('EXPIRED_TOKEN'),
  };
}

export interface NamedServer {
  readonly url: string;
  readonly adminToken: string | null;
}

/** Returns the server that the user names; null if there is none. */
export function readNamedServer(environment: NodeJS.ProcessEnv = process.env): NamedServer | null {
  const url = environment[`${VARIABLE_PREFIX}URL`];
  if (!url) return null;
  return { url: url.trim(), adminToken: environment[`${VARIABLE_PREFIX}ADMIN_TOKEN`] || null };
}

/** The variable with the server that the test files of a run share, for the processes of the runner. */
const SHARED_SERVER = `${VARIABLE_PREFIX}SHARED_SERVER`;

/** Returns the server that the setup of a test runner has named; null if there was no setup. @throws UserError */
export function readSharedServer(): NamedServer | null {
  const text = process.env[SHARED_SERVER];
  if (!text) return null;
  const { url, adminToken = null }: { url?: unknown; adminToken?: unknown } = Object(parseJsonOrNull(text));
  if (typeof url === 'string' && URL.canParse(url) && (adminToken === null || typeof adminToken === 'string')) {
    return { url, adminToken };
  }
  throw new UserError(
    `${SHARED_SERVER} is ${showText(text)}, which is not what the setup of a test runner writes. Unset it; to name a server, set ${VARIABLE_PREFIX}URL.`,
  );
}

export function nameSharedServer(server: NamedServer): void {
  process.env[SHARED_SERVER] = JSON.stringify(server);
}

/** Returns the variable with the proxy that clients use for a URL; null if there is none, or `NO_PROXY` has the host. */
export function findProxyVariable(url: string, environment: NodeJS.ProcessEnv = process.env): string | null {
  const { protocol, hostname } = new URL(url);
  const names = [protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY', 'ALL_PROXY'];
  const variable = names.flatMap((name) => [name, name.toLowerCase()]).find((name) => environment[name]);
  const exceptions = (environment['NO_PROXY'] || environment['no_proxy'] || '').split(',').map((name) => name.trim());
  const isExcepted = exceptions.some(
    (name) => name === '*' || name === hostname || (name !== '' && hostname.endsWith(`.${name.replace(/^\./, '')}`)),
  );
  return isExcepted ? null : (variable ?? null);
}

export function isDumbTerminal(environment: NodeJS.ProcessEnv = process.env): boolean {
  return environment['TERM'] === 'dumb';
}

function showText(text: string): string {
  return `\`${showValue(text)}\``;
}

function resolveOptions(sources: readonly Source[], faults: string[]): EffectiveConfig {
  const resolved = OPTION_NAMES.map((name) => [name, resolveOption(name, sources, faults)] as const);
  if (faults.length > 0) throw new UserError(faults.join('\n'));
  return {
    config: Object.freeze(createObject<Config>(resolved.map(([name, { value }]) => [name, value]))),
    origins: createObject<EffectiveConfig['origins']>(resolved.map(([name, { origin }]) => [name, origin])),
  };
}

/** Returns the value of the first source that has it, otherwise the default. Adds an invalid value to `faults`. */
function resolveOption(name: keyof Config, sources: readonly Source[], faults: string[]) {
  const option: Option = OPTIONS[name];
  const value = sources.find((source) => source.has(name))?.get(name);
  if (value === undefined) return { origin: 'default' as const, value: option.fallback };
  const { origin, written, texts, shown = texts.map(showText) } = value;
  const values = texts.map((text) => option.read(text));
  const bad = values.indexOf(undefined);
  if (bad >= 0) {
    const parserMessage = option.isSecret === true ? 'is not valid' : `is ${shown[bad]}`;
    const { isDuration, expected } = option;
    faults.push(
      `${written} ${parserMessage}. Expected ${isDuration ? describeDurations(texts[bad], expected) : expected}.`,
    );
  }
  return { origin, value: option.repeatable === true ? Object.freeze(values.flat()) : values.at(-1) };
}

/** @param describe returns where the user wrote a value */
function createSource(
  origin: OptionOrigin,
  values: Readonly<Record<string, unknown>>,
  describe: (name: keyof Config) => string,
): Source {
  const source = new Map<keyof Config, WrittenValue>();
  for (const name of OPTION_NAMES) {
    const value = values[name];
    if (value === undefined || value === null) continue;
    source.set(name, { origin, written: describe(name), texts: [value].flat().map(String) });
  }
  return source;
}

const FILE_EXTENSIONS = ['yaml', 'yml', 'json'] as const;

function createFileFinder(folder: string | undefined, faults: string[]): (name: string) => Promise<string | undefined> {
  return async (name) => {
    if (folder === undefined) return undefined;
    const files = FILE_EXTENSIONS.map((extension) => `${folder}/${name}.${extension}`);
    const existing = await Promise.all(files.map(exists));
    const [file, ...others] = files.filter((_, index) => existing[index]);
    if (others.length > 0)
      faults.push(
        `${[file, ...others].map((path) => showValue(String(path))).join(' and ')} both exist. Keep one of them.`,
      );
    return file;
  };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Matches the variables that Kubernetes injects into every pod for a Service named `nv-auth-mock`. */
const INJECTED_VARIABLE = /^NV_AUTH_MOCK_(?:SERVICE_HOST|SERVICE_PORT(?:_.*)?|PORT_.*)$/;

const FILE_VARIABLES: ReadonlySet<string> = new Set(['config', 'etc'].map(formatVariableName));

/** Variables read by other code: credentials of the real service for `compare`, and the clients in other languages. */
const READ_BY_OTHERS: ReadonlySet<string> = new Set(
  [
    ...['COMPARE_TOKEN', 'COMPARE_EXPIRED_TOKEN', 'COMPARE_CLIENT_ID', 'COMPARE_CLIENT_SECRET'],
    ...['URL', 'COMMAND', 'SHARED_SERVER'],
  ].map((name) => VARIABLE_PREFIX + name),
);

function readVariables(environment: NodeJS.ProcessEnv, faults: string[]): Source {
  const byVariable = new Map(OPTION_NAMES.map((name) => [formatVariableName(name), name]));
  const source = new Map<keyof Config, WrittenValue>();
  const { PORT } = environment;
  // Empty variables count as unset, because compose files leave variables empty.
  if (PORT) source.set('port', { origin: 'variable', written: 'PORT', texts: [PORT] });
  for (const [variable, text] of Object.entries(environment)) {
    if (
      !variable.startsWith(VARIABLE_PREFIX) ||
      text === undefined ||
      FILE_VARIABLES.has(variable) ||
      READ_BY_OTHERS.has(variable)
    )
      continue;
    const name = byVariable.get(variable);
    if (name !== undefined && (text === '' || (name === 'port' && text.startsWith('tcp://')))) continue;
    if (name !== undefined) {
      const texts = OPTIONS[name].repeatable === true ? text.split(',').map((part) => part.trim()) : [text];
      // The comma may be part of a password.
      const shown = texts.map((part) => showText(showValue(text) === text ? part : text));
      source.set(name, { origin: 'variable', written: variable, texts, shown });
    } else if (!INJECTED_VARIABLE.test(variable)) {
      faults.push(describeUnknownName(`variable ${variable}`, variable, [...byVariable.keys(), ...FILE_VARIABLES]));
    }
  }
  return source;
}

async function readConfigFile(file: string, faults: string[]): Promise<Source> {
  const content = await readDocument(file, '--config');
  if (content === null) return new Map();
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new UserError(`--config ${showValue(file)} must contain options with their values, such as \`port: 6625\`.`);
  }
  // Lists have plural names in files.
  const names = OPTION_NAMES.map((name) => [formatFlagName(name), name] as const);
  const byKey = new Map<string, keyof Config>([...names, ['worlds', 'world']]);
  const source = new Map<keyof Config, WrittenValue>();
  const findLine = await createLineFinder(file);
  for (const [key, value] of Object.entries(content)) {
    const name = byKey.get(key);
    const line = findLine(key);
    const written = `\`${key}\` in --config ${showValue(file)}${line === undefined ? '' : `, line ${line},`}`;
    if (name === undefined) faults.push(describeUnknownName(`key ${withoutComma(written)}`, key, [...byKey.keys()]));
    else if (source.has(name))
      faults.push(`${written} is the same option as ${withoutComma(source.get(name)?.written)}. Keep one of them.`);
    else if (!isPlain(value)) faults.push(`${written} is not a plain value. Expected ${OPTIONS[name].expected}.`);
    else if (Array.isArray(value) && value.length > 1 && OPTIONS[name].repeatable !== true)
      faults.push(`${written} has several values. Expected ${OPTIONS[name].expected}.`);
    else source.set(name, { origin: 'file', written, texts: [value].flat().map(String) });
  }
  return source;
}

function withoutComma(written = ''): string {
  return written.replace(/,$/, '');
}

function isPlain(value: unknown): boolean {
  const values = Array.isArray(value) ? value : [value];
  return values.length > 0 && values.every((entry) => ['string', 'number', 'boolean'].includes(typeof entry));
}
