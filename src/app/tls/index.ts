import type { RequestListener, Server, ServerOptions } from 'node:http';
import { createServer } from 'node:https';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { TlsOptions } from 'node:tls';
import { createMachineClock } from '../../lib/clock.ts';
import { parseHostName } from '../../lib/hosts.ts';
import { createSystemRandom, type Random } from '../../lib/random.ts';
import { DEFAULT_WORLD } from '../../lib/world-id.ts';
import { isPostgresUrl } from '../../store/data-option.ts';
import type { StoredText } from '../../store/stored-text.ts';
import { changeState } from '../../worlds/world.ts';
import { formatAuthority, loadOrCreateAuthorityFile, parseAuthority } from './authority-file.ts';
import { createAuthority, Issuer } from './certificates.ts';
import { NamedCertificates } from './named-certificates.ts';
import { readCertificate } from './supplied-certificate.ts';

/** Certificates for https. Their validity follows the system clock, like clients', not a world's clock. */
export interface Tls {
  readonly createServer: (http: ServerOptions, handler: RequestListener) => Server;
  /** The mock's own CA certificate, as PEM; null if the user supplied a certificate. */
  readonly ca: string | null;
}

const HANDSHAKE_TIMEOUT_MS = 60_000;

export async function createTlsFromFiles(certificate: string, key: string): Promise<Tls> {
  const identity = await readCertificate(certificate, key, createMachineClock().now());
  return { createServer: createServerFactory({ cert: identity.certificate, key: identity.key }), ca: null };
}

/** @param names the names of the server, for clients without SNI, which use an IP address */
export async function createTlsWithAuthority(
  data: string | null,
  state: StoredText | null,
  names: readonly string[],
): Promise<Tls> {
  const random = createSystemRandom();
  const authority = await loadAuthority(data, state, random);
  const certificates = new NamedCertificates(new Issuer(authority, random), createMachineClock());
  const makeServer = createServerFactory({
    ...certificates.issue([...new Set(names)]),
    SNICallback: (name, done) => {
      // Without a context, the client gets the certificate of the server's own names.
      const valid = parseHostName(name);
      if (valid === null) done(null);
      else done(null, certificates.contextOf(valid.replace(/\.$/, '')));
    },
  });
  return { createServer: makeServer, ca: authority.certificate };
}

function createServerFactory(tls: TlsOptions): Tls['createServer'] {
  const common: TlsOptions = {
    ALPNProtocols: ['http/1.1'],
    minVersion: 'TLSv1.2',
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
  };
  return (http, handler) => createServer({ ...http, ...common, ...tls }, handler);
}

/** Reads the CA of the data, or creates it there. @param state null if the world ends with the process */
async function loadAuthority(data: string | null, state: StoredText | null, random: Random) {
  const now = createMachineClock().now();
  const create = () => createAuthority(now, random);
  if (data !== null && !isPostgresUrl(data)) return loadOrCreateAuthorityFile(`${data}.ca.pem`, create, now);
  if (state === null) return create();
  const created = formatAuthority(create());
  const stored = await changeState(state, DEFAULT_WORLD, ({ authority = created }) => [{ authority }, authority]);
  const advice = 'Start with an empty schema, and let clients trust the new /_mock/ca.pem.';
  return parseAuthority(stored, 'the database of --data', now, advice);
}

export function listServerNames(host: string, others: readonly string[]): string[] {
  const isEverywhere = host === '0.0.0.0' || host === '::';
  const interfaces = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const addresses = isEverywhere ? interfaces.map(({ address }) => address) : [host];
  const names = ['localhost', '127.0.0.1', '::1', ...others, ...addresses].map((name) =>
    name.toLowerCase().replace(/^\[|\]$/g, ''),
  );
  // A link-local address has a zone (`fe80::1%eth0`), which certificates do not support.
  return names.filter((name) => (isIP(name) > 0 ? !name.includes('%') : parseHostName(name) !== null));
}
