import { megabytes, type Option, oneOf, onOff, path, type ValuesOf, wholeNumber } from '../contract/option.ts';
import { parseHostName } from '../lib/hosts.ts';
import { LOG_LEVELS } from '../lib/log.ts';
import { keysOf } from '../lib/members.ts';
import { showValue } from '../lib/redact.ts';
import { DEFAULT_WORLD, isWorldId, WORLD_ID_FORM } from '../lib/world-id.ts';
import { SERVICE_OPTIONS } from '../services/index.ts';
import { isInMemory, redactData } from '../store/data-option.ts';

export const VARIABLE_PREFIX = 'NV_AUTH_MOCK_';

const TABLE = {
  // The server as a whole.
  port: {
    short: 'p',
    argument: 'N',
    description: 'port; 0 = any free port',
    fallback: 6625,
    ...wholeNumber(0, 65_535),
  },
  host: {
    short: 'H',
    argument: 'ADDR',
    description: 'address to listen on; 127.0.0.1 includes ::1',
    fallback: '127.0.0.1',
    expected: 'an address such as `127.0.0.1` or `0.0.0.0`',
    read: (text) => (/^[\w.:%-]+$/.test(text) ? text : undefined),
  },
  tls: {
    description: 'https, with generated certificates (CA: `/_mock/ca.pem`)',
    fallback: false,
    ...onOff,
  },
  tlsCert: {
    argument: 'FILE',
    description: 'https with this certificate (PEM); needs --tls-key',
    fallback: null,
    ...path,
  },
  tlsKey: {
    argument: 'FILE',
    description: 'private key of --tls-cert (PEM without a passphrase)',
    isSecret: true,
    fallback: null,
    ...path,
  },
  httpPort: {
    argument: 'N',
    description: 'with https: an additional port for http',
    fallback: null,
    ...wholeNumber(0, 65_535),
  },
  data: {
    argument: 'FILE|URL',
    description:
      'SQLite file or PostgreSQL database (`postgres://user@host/db?schema=name`) for the state; default: in memory (`:memory:`)',
    fallback: null,
    expected: 'a path, a URL or `:memory:`',
    read: (text) => (isInMemory(text) ? null : path.read(text)),
  },
  seed: {
    argument: 'FILE',
    description: 'initial state (YAML or JSON), or `none`; default: `builtin`, the built-in cast',
    fallback: null,
    ...path,
  },
  reseed: {
    description: 'replace the default world in --data with the seed',
    fallback: false,
    ...onOff,
  },
  publicUrl: {
    argument: 'URL',
    description: 'base URL of issuers and links; default: the base URL of each request',
    fallback: null,
    expected: 'an http or https URL without a path, such as `http://mock:6625`',
    read: readPublicUrl,
  },
  alias: {
    argument: 'NAME',
    repeatable: true,
    description: 'additional host name of this server',
    fallback: [] as readonly string[],
    expected: 'a host name without a port',
    read: (text) => (parseHostName(text) === text.toLowerCase() ? [text] : undefined),
  },
  cors: {
    argument: 'ORIGIN',
    repeatable: true,
    description: 'origin of a web application that may call the server (CORS)',
    fallback: [] as readonly string[],
    expected:
      'an origin as browsers send it (in lower case, without a path or a default port), such as `http://localhost:5173`',
    read: (text) => (isOrigin(text) ? [text] : undefined),
  },
  adminToken: {
    argument: 'TEXT',
    description: 'token that callers of the control API must send as `x-mock-admin-token`',
    isSecret: true,
    fallback: null,
    expected: 'at least 8 printable ASCII characters without spaces, other than `undefined`',
    // `undefined` usually means that a script forgot to set a variable.
    read: (text) => (/^[!-~]{8,}$/.test(text) && text !== 'undefined' ? text : undefined),
  },
  world: {
    argument: 'ID',
    repeatable: true,
    description: 'world to create on startup; it stays until it is deleted',
    fallback: [] as readonly string[],
    expected: `an id of ${WORLD_ID_FORM}, other than \`${DEFAULT_WORLD}\``,
    read: (text) => (isWorldId(text) && text !== DEFAULT_WORLD ? [text] : undefined),
  },
  maxWorlds: {
    argument: 'N',
    description: 'maximum number of worlds besides the default one',
    fallback: 1000,
    ...wholeNumber(0, 100_000),
  },
  maxState: {
    argument: 'SIZE',
    description: 'maximum memory for all worlds and snapshots, in megabytes or as in `1GB`',
    fallback: 256,
    ...megabytes(1, 65_536),
  },
  signingKey: {
    argument: 'FILE|RS256|ES256',
    description: 'private key that signs tokens, PEM or JWK, or the algorithm of a shipped test key',
    fallback: 'RS256',
    expected: 'a path, `RS256` or `ES256`',
    read: path.read,
  },
  ...SERVICE_OPTIONS,
  // Responses and output.
  strict: {
    description: 'reject undocumented query parameters and fields with 400, and check responses',
    fallback: false,
    ...onOff,
  },
  explain: { argument: 'on|off', description: 'the `x-mock-decision` header', fallback: true, ...onOff },
  logLevel: {
    argument: 'LEVEL',
    description:
      'silent, error, warn, info (refusals) or debug (every request), on stderr; if unset, a terminal shows one row per request',
    fallback: 'info',
    ...oneOf(LOG_LEVELS),
  },
  json: { description: 'print the ready line and the log as JSON', fallback: false, ...onOff },
  exitWithStdin: {
    description: 'exit when standard input closes',
    fallback: false,
    ...onOff,
  },
} as const satisfies Readonly<Record<string, Option>>;

/** The configuration of the server: the value of each option. Durations are in milliseconds. */
export type Config = ValuesOf<typeof TABLE>;

/** All options. Help, variables, file keys and validation derive from this table. */
export const OPTIONS: { readonly [Name in keyof Config]: Option<Config[Name]> } = TABLE;

/**
 * Options of a program that uses the library. Durations are strings with a unit, such as `15m`.
 */
export type ConfigOptions = { readonly [Name in keyof Config]?: Given<Config[Name], NonNullable<Config[Name]>> };

/**
 * Enumerations only accept their values; numbers may be strings, as in the command. Values with several parts are written
 * as in the command.
 */
type Given<Value, Present> = [Present] extends [string]
  ? Value
  : [Present] extends [readonly unknown[]]
    ? Value | string
    : [Present] extends [object]
      ? string
      : Value | string;

export const OPTION_NAMES = keysOf(OPTIONS);

/** Returns the name of an option on the command line and in files: `token-lifetime` for `tokenLifetime`. */
export function formatFlagName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export function formatVariableName(name: string): string {
  return VARIABLE_PREFIX + formatFlagName(name).replaceAll('-', '_').toUpperCase();
}

export function showOption(name: keyof Config, config: Config): unknown {
  const { isSecret, show }: Option = OPTIONS[name];
  const value: unknown = config[name];
  if (value === null) return null;
  if (isSecret === true) return '(set)';
  if (Array.isArray(value)) return value.map((entry) => showValue(String(entry)));
  if (typeof value === 'string') return name === 'data' ? redactData(value) : showValue(value);
  return show?.(value) ?? value;
}

/** Returns whether this is an origin as browsers write it (RFC 6454, 6.2). */
function isOrigin(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

function readPublicUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const hasNoPath =
    ['http:', 'https:'].includes(url.protocol) && url.pathname === '/' && url.search === '' && url.hash === '';
  return hasNoPath && url.username === '' && url.password === '' ? url.origin : undefined;
}
