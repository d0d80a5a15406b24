import { readFile } from 'node:fs/promises';
import { DURATION_FORMS, formatDuration, parseDuration } from './core/duration.ts';
import { hostName } from './core/hosts.ts';
import { Unusable } from './core/unusable.ts';
import { nearest } from './nearest.ts';

/** The start of every environment variable of ours. */
const PREFIX = 'NV_AUTH_MOCK_';

/** What the person who starts the server chose. Durations in milliseconds. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly data: string | null;
  readonly seed: string | null;
  readonly reseed: boolean;
  readonly publicUrl: string | null;
  readonly alias: readonly string[];
  readonly signingKey: string | null;
  readonly signingAlg: 'RS256' | 'ES256' | null;
  readonly tokenTtl: number;
  readonly runaiBadCredentials: 400 | 401;
  readonly runaiKeyLimit: number;
  readonly explain: boolean;
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug';
  readonly json: boolean;
}

export type Origin = 'flag' | 'variable' | 'file' | 'default';

/** The configuration, and where each value of it came from. */
export interface Effective {
  readonly config: Config;
  readonly origins: Readonly<Record<keyof Config, Origin>>;
}

/** One option: how it is written, what it means, how its text is read. */
export interface Option<Value = unknown> {
  readonly short?: string;
  /** How help names the value; absent for a switch. */
  readonly argument?: string;
  readonly repeatable?: boolean;
  readonly description: string;
  readonly fallback: Value;
  /** What a good value looks like; for messages. */
  readonly expected: string;
  /** Undefined when the text is no good value. */
  readonly read: (text: string) => Value | undefined;
}

type Options = { readonly [Name in keyof Config]: Option<Config[Name]> };

const oneOf = <const Value extends string>(values: readonly Value[]) => ({
  expected: `one of ${values.map((value) => `\`${value}\``).join(', ')}`,
  read: (text: string) => values.find((value) => value === text),
});

const wholeNumber = (least: number, most: number) => ({
  expected: `a whole number from ${least} to ${most}`,
  read: (text: string) =>
    /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined,
});

const path = { expected: 'a path', read: (text: string) => (text === '' ? undefined : text) };

const SWITCH: Readonly<Record<string, boolean>> = { true: true, on: true, 1: true, false: false, off: false, 0: false };
const onOff = { expected: '`on` or `off`', read: (text: string) => SWITCH[text.toLowerCase()] };

/** Every option there is: help, variables, file keys and the checks are read off this table. */
export const OPTIONS: Options = {
  port: { short: 'p', argument: 'N', description: 'port; 0 = a free one', fallback: 6625, ...wholeNumber(0, 65_535) },
  host: {
    short: 'H',
    argument: 'ADDR',
    description: 'address to listen on; with 127.0.0.1 also ::1, where the machine has it',
    fallback: '127.0.0.1',
    expected: 'an address such as `127.0.0.1` or `0.0.0.0`',
    read: (text) => (text === '' ? undefined : text),
  },
  data: {
    argument: 'FILE',
    description: 'SQLite file that keeps the state; default: in memory',
    fallback: null,
    ...path,
  },
  seed: {
    argument: 'FILE',
    description:
      'world to start from, YAML or JSON in the form of `GET /_mock/cast`; `none` = empty; default: the built-in cast',
    fallback: null,
    ...path,
  },
  reseed: { description: 'replace the world in --data by the seed', fallback: false, ...onOff },
  publicUrl: {
    argument: 'URL',
    description: 'what issuers and links say; default: the URL of each request',
    fallback: null,
    expected: 'an http or https URL without a path, such as `http://mock:6625`',
    read: readPublicUrl,
  },
  alias: {
    argument: 'NAME',
    repeatable: true,
    description: 'a further host name of this server',
    fallback: [],
    expected: 'a host name without a port',
    read: (text) => (hostName(text) === text.toLowerCase() ? [text] : undefined),
  },
  signingKey: {
    argument: 'FILE',
    description: 'private key, PEM or JWK; default: a shipped test key',
    fallback: null,
    ...path,
  },
  signingAlg: {
    argument: 'ALG',
    description: 'RS256 or ES256; default: RS256, or what --signing-key is made for',
    fallback: null,
    ...oneOf(['RS256', 'ES256']),
  },
  tokenTtl: {
    argument: 'DURATION',
    description: "lifetime of Run:ai's access tokens",
    fallback: 3_600_000,
    expected: `${DURATION_FORMS}, of at least a second`,
    read: (text) => {
      const milliseconds = parseDuration(text);
      return milliseconds === null || milliseconds < 1000 ? undefined : milliseconds;
    },
  },
  runaiBadCredentials: {
    argument: '400|401',
    description: 'status of a token request with wrong credentials',
    fallback: 400,
    expected: '`400` or `401`',
    read: (text) => (text === '400' ? 400 : text === '401' ? 401 : undefined),
  },
  runaiKeyLimit: { argument: 'N', description: 'access keys per user', fallback: 20, ...wholeNumber(0, 1_000_000) },
  explain: { argument: 'on|off', description: 'the `x-mock-decision` header', fallback: true, ...onOff },
  logLevel: {
    argument: 'LEVEL',
    description: 'silent, error, warn, info (refusals) or debug (every request), on stderr',
    fallback: 'info',
    ...oneOf(['silent', 'error', 'warn', 'info', 'debug']),
  },
  json: { description: 'the ready line and the log as JSON', fallback: false, ...onOff },
};

const NAMES = Object.keys(OPTIONS) as (keyof Config)[];

/** What flags gave, by option name; a switch gives `on`. */
export type FlagTexts = Readonly<Record<string, string | readonly string[] | undefined>>;

type Texts = ReadonlyMap<keyof Config, readonly string[]>;

/** `tokenTtl` as it is written on the command line and in files: `token-ttl`. */
export function flagName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `tokenTtl` as an environment variable. */
export function variableName(name: string): string {
  return PREFIX + flagName(name).replaceAll('-', '_').toUpperCase();
}

/** A configuration without flags, variables or files; for programs and tests. */
export function configOf(given: Partial<Config> = {}): Effective {
  const defaults = Object.fromEntries(NAMES.map((name) => [name, OPTIONS[name].fallback])) as unknown as Config;
  const origins = NAMES.map((name) => [name, given[name] === undefined ? 'default' : 'flag']);
  return { config: Object.freeze({ ...defaults, ...given }), origins: Object.fromEntries(origins) };
}

/**
 * Flags over variables over the config file over defaults.
 *
 * @throws Unusable naming every value and name at fault, with the nearest valid name
 */
export async function readConfig(flags: FlagTexts, environment: NodeJS.ProcessEnv = process.env): Promise<Effective> {
  const faults: string[] = [];
  const flagTexts = new Map(NAMES.flatMap((name) => entry(name, flags[name])));
  const variables = variableTexts(environment, faults);
  const filePath = [flags['config']].flat()[0] ?? environment[`${PREFIX}CONFIG`];
  const fileTexts = filePath === undefined ? new Map() : await textsOfFile(filePath, faults);

  const sources: [Origin, Texts][] = [
    ['flag', flagTexts],
    ['variable', variables],
    ['file', fileTexts],
  ];
  const settled = NAMES.map((name) => [name, settle(name, sources, faults)] as const);
  if (faults.length > 0) throw new Unusable(faults.join('\n'));
  return {
    config: Object.freeze(Object.fromEntries(settled.map(([name, { value }]) => [name, value])) as unknown as Config),
    origins: Object.fromEntries(settled.map(([name, { origin }]) => [name, origin])) as Effective['origins'],
  };
}

/** The value in the words that a flag would give it. */
export function shownValue(name: keyof Config, config: Config): unknown {
  return name === 'tokenTtl' ? formatDuration(config.tokenTtl) : config[name];
}

function settle(name: keyof Config, sources: readonly [Origin, Texts][], faults: string[]) {
  const option: Option = OPTIONS[name];
  for (const [origin, texts] of sources) {
    const given = texts.get(name);
    if (given === undefined) continue;
    const values = given.map((text) => option.read(text));
    const bad = values.indexOf(undefined);
    if (bad >= 0) faults.push(`${written(name, origin)} is \`${given[bad]}\`; expected ${option.expected}.`);
    return { origin, value: option.repeatable === true ? Object.freeze(values.flat()) : values.at(-1) };
  }
  return { origin: 'default' as const, value: option.fallback };
}

function written(name: string, origin: Origin): string {
  if (origin === 'variable') return variableName(name);
  return origin === 'file' ? `\`${flagName(name)}\` in the config file` : `--${flagName(name)}`;
}

function entry(name: keyof Config, given: string | readonly string[] | undefined): [keyof Config, readonly string[]][] {
  return given === undefined ? [] : [[name, [given].flat()]];
}

/** Names that Kubernetes injects into every pod for a Service called `nv-auth-mock`. */
const INJECTED = /^NV_AUTH_MOCK_(?:SERVICE_HOST|SERVICE_PORT(?:_.*)?|PORT_.*)$/;

function variableTexts(environment: NodeJS.ProcessEnv, faults: string[]): Texts {
  const byVariable = new Map(NAMES.map((name) => [variableName(name), name]));
  const texts = new Map<keyof Config, readonly string[]>();
  if (environment['PORT'] !== undefined) texts.set('port', [environment['PORT']]);
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith(PREFIX) || text === undefined || variable === `${PREFIX}CONFIG`) continue;
    const name = byVariable.get(variable);
    if (name === 'port' && text.startsWith('tcp://')) continue;
    if (name !== undefined) texts.set(name, OPTIONS[name].repeatable === true ? text.split(',') : [text]);
    else if (!INJECTED.test(variable))
      faults.push(unknown(`variable ${variable}`, variable, [...byVariable.keys(), `${PREFIX}CONFIG`]));
  }
  return texts;
}

async function textsOfFile(file: string, faults: string[]): Promise<Texts> {
  const content = await readDocument(file, '--config');
  if (content === null) return new Map();
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new Unusable(`--config ${file} must hold option names with their values, such as \`port: 6625\`.`);
  }
  const byKey = new Map<string, keyof Config>(
    NAMES.flatMap((name) => [
      [flagName(name), name],
      [name, name],
    ]),
  );
  const texts = new Map<keyof Config, readonly string[]>();
  for (const [key, value] of Object.entries(content)) {
    const name = byKey.get(key);
    if (name !== undefined) texts.set(name, [value].flat().map(String));
    else faults.push(unknown(`key \`${key}\` in --config ${file}`, key, NAMES.map(flagName)));
  }
  return texts;
}

function unknown(what: string, name: string, valid: readonly string[]): string {
  return `Unknown ${what}. The nearest valid name is \`${nearest(name, valid)}\`.`;
}

/**
 * A JSON or YAML file as a value.
 *
 * @param flag what messages call it
 * @throws Unusable when it cannot be read or has another syntax
 */
export async function readDocument(file: string, flag: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new Unusable(`${flag} ${file} cannot be read. Give the path of a file that can.`, { cause });
  }
  try {
    return file.endsWith('.json') ? JSON.parse(text) : (await import('yaml')).parse(text);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new Unusable(`${flag} ${file} is no ${file.endsWith('.json') ? 'JSON' : 'YAML'}: ${said}`, { cause });
  }
}

function readPublicUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const bare =
    ['http:', 'https:'].includes(url.protocol) && url.pathname === '/' && url.search === '' && url.hash === '';
  return bare && url.username === '' && url.password === '' ? url.origin : undefined;
}
