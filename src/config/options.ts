import { DURATION_FORMS, formatDuration, parseDuration } from '../core/duration.ts';
import { hostName } from '../core/hosts.ts';
import { LOG_LEVELS, type LogLevel } from '../core/log.ts';
import { own } from '../core/own.ts';
import { PROPAGATION_MODES, type PropagationMode } from '../core/propagation.ts';
import { DEFAULT_WORLD, isWorldId, WORLD_ID_FORM } from '../core/world-id.ts';

/** The start of every environment variable of ours. */
export const PREFIX = 'NV_AUTH_MOCK_';

/** What the person who starts the server chose. Durations in milliseconds. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly data: string | null;
  readonly seed: string | null;
  readonly reseed: boolean;
  readonly publicUrl: string | null;
  readonly alias: readonly string[];
  readonly adminToken: string | null;
  readonly world: readonly string[];
  readonly maxWorlds: number;
  readonly signingKey: string | null;
  readonly signingAlg: 'RS256' | 'ES256' | null;
  readonly tokenTtl: number;
  readonly refreshTtl: number;
  readonly codeTtl: number;
  readonly runai: '2.19' | '2.24' | '3.0';
  readonly runaiBadCredentials: 400 | 401;
  readonly runaiKeyLimit: number;
  readonly runaiRevokeOnDelete: boolean;
  readonly runaiIdp: string | null;
  readonly runaiIdpIssuer: string | null;
  readonly runaiIdpAudience: string | null;
  readonly air: '2.0' | 'dsx';
  readonly airBadCredentials: 401 | 403;
  readonly nvcf: 'documented' | 'open-source';
  readonly propagation: PropagationMode;
  readonly propagationDelay: number;
  readonly explain: boolean;
  readonly logLevel: LogLevel;
  readonly json: boolean;
  readonly exitWithStdin: boolean;
}

/** Options as a program gives them: durations may be texts such as `15m`. */
export type ConfigOptions = { readonly [Name in keyof Config]?: Config[Name] | string };

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

/** A version such as `3.0` is the number 3 to YAML and to programs. */
const oneOf = <const Value extends string>(values: readonly Value[]) => ({
  expected: `one of ${values.map((value) => `\`${value}\``).join(', ')}`,
  read: (text: string) => values.find((value) => value === text || value === `${text}.0`),
});

const wholeNumber = (least: number, most: number) => ({
  expected: `a whole number from ${least} to ${most}`,
  read: (text: string) =>
    /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined,
});

const lifetime = {
  expected: `${DURATION_FORMS}, of at least a second`,
  read: (text: string) => {
    const milliseconds = parseDuration(text);
    return milliseconds === null || milliseconds < 1000 ? undefined : milliseconds;
  },
};

const path = { expected: 'a path', read: (text: string) => (text === '' ? undefined : text) };

const claim = { expected: 'a text that is not empty', read: path.read };

const SWITCH: Readonly<Record<string, boolean>> = { true: true, on: true, 1: true, false: false, off: false, 0: false };
const onOff = { expected: '`on` or `off`', read: (text: string) => own(SWITCH, text.toLowerCase()) };

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
      'seed to start from, YAML or JSON in the form of `GET /_mock/cast`; `none` = empty, `builtin` = the built-in cast; default: `builtin`',
    fallback: null,
    ...path,
  },
  reseed: { description: 'replace what is in --data by the seed', fallback: false, ...onOff },
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
  adminToken: {
    argument: 'TEXT',
    description: 'what callers of the switchboard must send as `x-mock-admin-token`; default: nothing',
    fallback: null,
    expected: 'at least 8 printable ASCII characters without spaces',
    read: (text) => (/^[!-~]{8,}$/.test(text) ? text : undefined),
  },
  world: {
    argument: 'ID',
    repeatable: true,
    description: 'a world to make at the start, with credentials of its own; it stays until it is deleted',
    fallback: [],
    expected: `an id of ${WORLD_ID_FORM}, other than \`${DEFAULT_WORLD}\``,
    read: (text) => (isWorldId(text) && text !== DEFAULT_WORLD ? [text] : undefined),
  },
  maxWorlds: {
    argument: 'N',
    description: 'how many worlds there may be beside the default one',
    fallback: 1000,
    ...wholeNumber(0, 100_000),
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
    ...lifetime,
  },
  refreshTtl: {
    argument: 'DURATION',
    description: "lifetime of Run:ai's refresh tokens",
    fallback: 86_400_000,
    ...lifetime,
  },
  codeTtl: {
    argument: 'DURATION',
    description: 'lifetime of the authorization codes of a login page',
    fallback: 60_000,
    ...lifetime,
  },
  runai: {
    argument: 'VERSION',
    description: 'version of Run:ai: 2.19, 2.24 or 3.0',
    fallback: '2.24',
    ...oneOf(['2.19', '2.24', '3.0']),
  },
  runaiBadCredentials: {
    argument: '400|401',
    description: 'status of a token request with wrong credentials',
    fallback: 400,
    expected: '`400` or `401`',
    read: (text) => (text === '400' ? 400 : text === '401' ? 401 : undefined),
  },
  runaiKeyLimit: { argument: 'N', description: 'access keys per user', fallback: 20, ...wholeNumber(0, 1_000_000) },
  runaiRevokeOnDelete: {
    description: 'access tokens end with the credential they were made with: when it is deleted, or gets a new secret',
    fallback: false,
    ...onOff,
  },
  runaiIdp: {
    argument: 'URL|FILE',
    description: 'JWK set of an identity provider, whose tokens `external_token_exchange` takes',
    fallback: null,
    ...path,
  },
  runaiIdpIssuer: {
    argument: 'ISSUER',
    description: 'what `iss` of its tokens has to be; default: not looked at',
    fallback: null,
    ...claim,
  },
  runaiIdpAudience: {
    argument: 'AUDIENCE',
    description: 'what `aud` of its tokens has to be, or to hold; default: not looked at',
    fallback: null,
    ...claim,
  },
  air: {
    argument: 'VERSION',
    description: 'version of Air: 2.0 or dsx',
    fallback: '2.0',
    ...oneOf(['2.0', 'dsx']),
  },
  airBadCredentials: {
    argument: '403|401',
    description: 'status of a request to Air with a key that does not count',
    fallback: 403,
    expected: '`403` or `401`',
    read: (text) => (text === '401' ? 401 : text === '403' ? 403 : undefined),
  },
  nvcf: {
    argument: 'PROFILE',
    description: "documented or open-source: which reading of Cloud Functions' rules counts",
    fallback: 'documented',
    ...oneOf(['documented', 'open-source']),
  },
  propagation: {
    argument: 'MODE',
    description: 'off, fixed or jitter: when edited service keys begin to count',
    fallback: 'off',
    ...oneOf(PROPAGATION_MODES),
  },
  propagationDelay: {
    argument: 'DURATION',
    description: 'how long an edited service key is judged by its previous policy',
    fallback: 900_000,
    expected: DURATION_FORMS,
    read: (text) => parseDuration(text) ?? undefined,
  },
  explain: { argument: 'on|off', description: 'the `x-mock-decision` header', fallback: true, ...onOff },
  logLevel: {
    argument: 'LEVEL',
    description: 'silent, error, warn, info (refusals) or debug (every request), on stderr',
    fallback: 'info',
    ...oneOf(LOG_LEVELS),
  },
  json: { description: 'the ready line and the log as JSON', fallback: false, ...onOff },
  exitWithStdin: {
    description: 'end when standard input closes, such as a pipe whose other end is a test that crashed',
    fallback: false,
    ...onOff,
  },
};

export const OPTION_NAMES = Object.keys(OPTIONS) as readonly (keyof Config)[];

/** `tokenTtl` as it is written on the command line and in files: `token-ttl`. */
export function flagName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `tokenTtl` as an environment variable. */
export function variableName(name: string): string {
  return PREFIX + flagName(name).replaceAll('-', '_').toUpperCase();
}

/** Options that are durations, in milliseconds. */
export const DURATIONS: ReadonlySet<keyof Config> = new Set(['tokenTtl', 'refreshTtl', 'codeTtl', 'propagationDelay']);

/** Options whose values are never shown. */
export const SECRETS: ReadonlySet<keyof Config> = new Set<keyof Config>(['adminToken']);

/** The value in the words that a flag would give it. */
export function shownValue(name: keyof Config, config: Config): unknown {
  if (SECRETS.has(name) && config[name] !== null) return '(set)';
  return DURATIONS.has(name) ? formatDuration(config[name] as number) : config[name];
}

function readPublicUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const bare =
    ['http:', 'https:'].includes(url.protocol) && url.pathname === '/' && url.search === '' && url.hash === '';
  return bare && url.username === '' && url.password === '' ? url.origin : undefined;
}
