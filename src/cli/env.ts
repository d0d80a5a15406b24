import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { OPTIONS } from '../app/options.ts';
import type { Manifest } from '../contract/manifest.ts';
import { UserError } from '../lib/errors.ts';
import { own } from '../lib/members.ts';
import { adviseName } from '../lib/nearest.ts';
import { showValue } from '../lib/redact.ts';
import { MANIFESTS } from '../services/index.ts';
import { askWorld, createUnreachableError } from './ask-world.ts';
import { writeOutput } from './output-file.ts';
import { askServer, locateServerAndWorld, type RunningServer, requestText, type ServerFlags } from './server-client.ts';
import { prefixOf } from './world-address.ts';

type Variables = Readonly<Record<string, string>>;

/** Formats variables, by the values of `--format`. */
const FORMATS = {
  shell: (variables: Variables) =>
    formatLines(variables, (name, value) => `export ${name}='${value.replaceAll("'", "'\\''")}'`),
  dotenv: (variables: Variables) => formatLines(variables, (name, value) => `${name}=${JSON.stringify(value)}`),
  json: (variables: Variables) => `${JSON.stringify(variables, null, 2)}\n`,
  // Compose interprets `$` in every value.
  compose: (variables: Variables) =>
    `environment:\n${formatLines(variables, (name, value) => `  ${name}: ${JSON.stringify(value.replaceAll('$', '$$$$'))}`)}`,
} as const;

type EnvFlags = ServerFlags & {
  readonly format: keyof typeof FORMATS;
  /** The server's URL for the client. Default: the URL of this command, or for Compose the URL in its network. */
  readonly clientUrl?: string;
  /** The file for the certificate that clients have to trust. Default: none is written. */
  readonly ca?: string;
  /** Prints the vendors' host names instead. */
  readonly hosts?: true;
};

/** Prints variables for a client: URLs, and credentials of the cast. @throws UserError without server or world */
export async function printEnv({ format, clientUrl, ca, hosts, ...flags }: EnvFlags): Promise<void> {
  const { server: locatedServer, world } = await locateServerAndWorld(flags);
  const { server, trust } = await trustCertificate(locatedServer, ca);
  const cast = await askWorld(server, world, '/cast', (body): Cast => ({ ...body }));
  const { services } = ((await askServer(server, '/_mock/info')).body ?? {}) as Info;
  // A server of another version may not list its services.
  const manifests = MANIFESTS.filter(({ name }) => services?.some((service) => service.name === name) !== false);
  if (hosts === true) return printHosts(cast, manifests, format, parseClientUrl(clientUrl) ?? server.url);
  const readDefaultUrl = async () => (format === 'compose' ? findNetworkUrl(server) : server.url);
  const base = `${parseClientUrl(clientUrl) ?? (await readDefaultUrl())}${prefixOf(world)}`;
  const { variables, unset } = collectVariables(cast, manifests, base);
  process.stdout.write(FORMATS[format]({ ...variables, ...trust }));
  for (const { name, requirement } of unset) {
    process.stderr.write(`nv-auth-mock: ${name} is not printed, because the cast has no ${requirement}\n`);
  }
}

/** Prints the vendors' host names, and advice if the server has other ports than production. */
async function printHosts(cast: Cast, manifests: readonly Manifest[], format: string, url: string): Promise<void> {
  process.stdout.write(formatHosts(cast, manifests, format, url));
  const advice = format === 'json' ? null : advisePort(url);
  if (advice !== null) process.stderr.write(`nv-auth-mock: ${advice}\n`);
}

/** The variables for additional certificate authorities in Node, OpenSSL (Python, Ruby, Go) and Python's requests. */
const TRUST_VARIABLES = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE'] as const;

/**
 * Writes the certificate of the server's authority to a file. Fetching it trusts the server on first use.
 * @param file undefined: writes nothing, and warns if the server uses https @throws UserError
 */
async function trustCertificate(
  server: RunningServer,
  file: string | undefined,
): Promise<{ server: RunningServer; trust: Variables }> {
  const isTls = server.url.startsWith('https:');
  if (file === undefined) {
    if (isTls)
      process.stderr.write(
        `nv-auth-mock: clients must trust the certificate of ${server.url}; use --ca FILE to write it and to print the variables\n`,
      );
    return { server, trust: {} };
  }
  if (!isTls)
    throw new UserError(
      `--ca ${showValue(file)} needs https, but the URL is ${server.url}. Remove --ca, or use an https URL.`,
    );
  const { status, text } = await requestText({ ...server, headers: {}, isLocal: true }, '/_mock/ca.pem').catch(
    (cause: unknown) => {
      throw createUnreachableError(server, cause);
    },
  );
  if (status !== 200 || !text.startsWith('-----BEGIN CERTIFICATE-----')) {
    throw new UserError(
      `The server on ${server.url} has no CA of its own, because it was started with --tls-cert. Remove --ca, and make clients trust the issuer of that certificate.`,
    );
  }
  const path = resolve(file);
  await writeOutput('--ca', path, text);
  return { server: { ...server, ca: text }, trust: Object.fromEntries(TRUST_VARIABLES.map((name) => [name, path])) };
}

const COMPOSE_SERVICE = 'mock';

/** @throws UserError unless the URL is one that `--public-url` accepts */
function parseClientUrl(clientUrl: string | undefined): string | undefined {
  if (clientUrl === undefined) return undefined;
  const origin = OPTIONS.publicUrl.read(clientUrl);
  if (typeof origin === 'string') return origin;
  throw new UserError(`--client-url is \`${showValue(clientUrl)}\`. Expected ${OPTIONS.publicUrl.expected}.`);
}

/** Returns the server's URL in a container network, where 127.0.0.1 is the client itself. Warns without a name. */
async function findNetworkUrl(server: RunningServer): Promise<string> {
  const info = (await askServer(server, '/_mock/info')).body as Info | null;
  const { 'public-url': publicUrl, alias, port } = info?.configuration ?? {};
  if (publicUrl?.value) return publicUrl.value;
  const [name] = alias?.value ?? [];
  if (name === undefined) {
    process.stderr.write(
      `nv-auth-mock: the server has no configured name, so the URL is for a service named \`${COMPOSE_SERVICE}\`. Start it with ` +
        `--alias NAME or --public-url URL, or pass --client-url URL\n`,
    );
  }
  const url = new URL(server.url);
  url.hostname = name ?? COMPOSE_SERVICE;
  if (port?.value) url.port = String(port.value);
  return url.origin;
}

/** The members of `GET /_mock/info` that this command reads. */
interface Info {
  readonly services?: readonly { readonly name: string }[];
  readonly configuration?: {
    readonly 'public-url'?: { readonly value: string | null };
    readonly alias?: { readonly value: readonly string[] };
    readonly port?: { readonly value: number };
  };
}

/** The cast of a server, by service. Servers of another version may have other members. */
type Cast = Readonly<Record<string, unknown>>;

/** Returns the variables for the server's services, and those that the cast has no value for. */
function collectVariables(cast: Cast, manifests: readonly Manifest[], url: string) {
  const all = manifests.flatMap(({ name: service, variables }) =>
    variables.map(({ name, readValue, requirement }) => ({ name, requirement, value: readValue(cast[service], url) })),
  );
  return {
    variables: Object.fromEntries(all.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]))),
    unset: all.filter(({ value, requirement }) => value === undefined && requirement !== undefined),
  };
}

function formatLines(variables: Variables, formatLine: (name: string, value: string) => string): string {
  return Object.entries(variables)
    .map(([name, value]) => `${formatLine(name, value)}\n`)
    .join('');
}

/** Formats host names; `resolveAddress` returns the server's IP address, or throws if its URL has none. */
const HOSTS_FORMATS = {
  shell: (names: readonly string[], resolveAddress: () => string) => {
    const ip = resolveAddress();
    return names.map((name) => `${ip} ${name}\n`).join('');
  },
  json: (names: readonly string[]) => `${JSON.stringify(names, null, 2)}\n`,
  compose: (names: readonly string[]) => `aliases:\n${names.map((name) => `  - ${name}\n`).join('')}`,
} as const;

/** Formats host names for a resolver, as JSON, or for Compose. @throws UserError for an unknown format or address */
function formatHosts(
  cast: Readonly<Record<string, unknown>>,
  manifests: readonly Manifest[],
  format: string,
  url: string,
): string {
  const render = own(HOSTS_FORMATS, format);
  if (render === undefined) {
    throw new UserError(
      `--hosts does not support --format ${format}.${adviseName(format, Object.keys(HOSTS_FORMATS))}`,
    );
  }
  const names = manifests.flatMap(({ name, hosts, hostsOfCast }) => [
    ...hosts.filter((host) => !host.startsWith('*')),
    ...(hostsOfCast?.(cast[name]) ?? []),
  ]);
  return render([...new Set(names)], () => readAddress(url));
}

/** Returns advice about a URL without the scheme and port of production URLs; null if it has both. */
function advisePort(url: string): string | null {
  const { protocol, port } = new URL(url);
  if (protocol === 'https:' && port === '') return null;
  return `production URLs use https on port 443, but the server is ${url}. Start it with --tls --port 443, or make clients use its port`;
}

/** Returns the IP address in a URL. @throws UserError if it has another name than `localhost` */
function readAddress(url: string): string {
  const name = new URL(url).hostname.replace(/^\[|\]$/g, '');
  if (name === 'localhost') return '127.0.0.1';
  if (isIP(name) !== 0) return name;
  throw new UserError(
    `--hosts needs an address, but ${url} has the name \`${name}\`. Set the address, for example with --client-url https://192.0.2.1.`,
  );
}
