import { readFile } from 'node:fs/promises';
import fastify, { type FastifyInstance } from 'fastify';
import { documentText, fixture, packageVersion, swaggerUiFile } from './assets.ts';
import { type Effective, readDocument } from './config.ts';
import { type Clock, machineClock } from './core/clock.ts';
import { describeDecision } from './core/describe.ts';
import { formatDuration } from './core/duration.ts';
import { newBudgets } from './core/held.ts';
import { knownHosts } from './core/hosts.ts';
import type { Law } from './core/law.ts';
import { checkServices } from './core/tables.ts';
import { Unusable } from './core/unusable.ts';
import { reportUselessKeys, reviveToggle, toggleOf } from './credentials/keyring.ts';
import { foreignKeysIn } from './credentials/tripwire.ts';
import { prepareArrival } from './http/arrival.ts';
import { surroundingsOf } from './http/context.ts';
import { serveDocs } from './http/docs.ts';
import { connectEdges, type Edges, edgesOf, endWithWireProblem, type WireError } from './http/edges.ts';
import { gateOf } from './http/gate.ts';
import { type Hosts, hostsOf } from './http/hosts.ts';
import type { Server } from './http/in-flight.ts';
import { Lines } from './http/lines.ts';
import { type Listen, preparedToListen } from './http/listen.ts';
import { type Mounted, mount, sendAnswer } from './http/mount.ts';
import { Documents } from './http/openapi.ts';
import { Routes } from './http/routes.ts';
import { simulate } from './http/simulate.ts';
import { type Log, SILENT } from './log.ts';
import { type Config, flagName, shownValue } from './options.ts';
import { type Random, systemRandom } from './random.ts';
import { castOf, chooseSeed, revivedSeed, seedOfContent } from './seed.ts';
import type { ServiceDefinition } from './service.ts';
import { control, type Ports, SERVICES } from './services/index.ts';
import { Unwritable } from './store/errors.ts';
import { openSqliteStore } from './store/sqlite/index.ts';
import { type IdentityProvider, identityProviderOf, type JwkSet } from './tokens/identity-provider.ts';
import { tokensOf } from './tokens/index.ts';
import { readSigningKey, type SigningKey, signingKeyOf } from './tokens/keys.ts';
import { openWorld, type World } from './world.ts';

/** How much, and how slowly, may be sent. Times in milliseconds. */
export interface Limits {
  readonly bodyBytes: number;
  readonly bodySilence: number;
  readonly bodyPatience: number;
  /** Connections that are open at once. */
  readonly connections: number;
  readonly headersTimeout: number;
  /** How often lines are looked at for the timeouts. */
  readonly checkingInterval: number;
}

const LIMITS: Limits = {
  bodyBytes: 1024 * 1024,
  bodySilence: 60_000,
  bodyPatience: 60_000,
  connections: 5000,
  headersTimeout: 60_000,
  checkingInterval: 5_000,
};

/** What a server is made of. Only the configuration is needed; tests replace the rest. */
export interface Parts {
  readonly effective: Effective;
  /** A world to start from, in place of `seed` of the configuration. */
  readonly seed?: object;
  readonly clock?: Clock;
  readonly random?: Random;
  /** The log is given the clock of the world, so that its lines and the decisions tell one time. */
  readonly log?: (clock: Clock) => Log;
  readonly limits?: Partial<Limits>;
  /** How much may be remembered, in bytes. */
  readonly budgets?: Parameters<typeof newBudgets>[0];
  /** `throw`: an answer that does not fit its document fails the request, for tests. Default: it becomes a finding. */
  readonly offDocument?: Server['offDocument'];
  /** Where documents are read; servers that are given the same one share them. */
  readonly documents?: Documents;
}

export interface MockServer {
  readonly app: FastifyInstance;
  readonly world: World;
  readonly version: string;
  /** One line: which state, which versions. */
  readonly posture: string;
  /** What somebody who starts it should know. */
  readonly notices: readonly string[];
  readonly listen: Listen;
  close(): Promise<void>;
}

/**
 * A server with its world, which does not listen yet.
 *
 * @throws Unusable when a file or a value of the configuration cannot be used
 */
export async function buildServer(parts: Parts): Promise<MockServer> {
  const { config } = parts.effective;
  const random = parts.random ?? systemRandom();
  const limits = { ...LIMITS, ...parts.limits };
  const [version, signingKey, identityProvider, seed] = await Promise.all([
    packageVersion(),
    signingKeyFrom(config),
    identityProviderFrom(config),
    parts.seed === undefined
      ? chooseSeed(config.seed, SERVICES, random)
      : seedOfContent(parts.seed, 'the option `seed`', SERVICES, random),
  ]);
  const budgets = newBudgets(parts.budgets);
  const store = openSqliteStore(config.data, budgets);
  const world = await openWorld(
    store,
    parts.clock ?? machineClock(),
    seed,
    (kept) => revivedSeed(kept, SERVICES, random),
    random,
    { reseed: config.reseed, budgets },
  ).catch(async (cause: unknown) => {
    await store.close();
    throw startFault(cause);
  });

  try {
    const notices = [
      ...store.notices,
      ...exposureNotices(config),
      ...(await seedNotices(world, seed.fingerprint, config)),
    ];
    const publicNames = config.publicUrl === null ? [] : [new URL(config.publicUrl).hostname];
    const hosts = knownHosts([...config.alias, ...publicNames]);
    const server: Server = {
      world,
      tokens: tokensOf(signingKey),
      identityProvider,
      hosts,
      settings: config,
      laws: SERVICES.map((service) => service.law(config)),
      log: parts.log?.(world.clock) ?? SILENT,
      limits,
      publicUrl: config.publicUrl,
      explain: config.explain,
      tripwire: foreignKeysIn,
      gate: gateOf({
        hosts,
        hostPatterns: SERVICES.flatMap((service) => (service.hosts ?? []).map(({ pattern }) => pattern)),
        publicUrl: config.publicUrl,
        adminToken: config.adminToken,
      }),
      offDocument: parts.offDocument ?? 'report',
    };
    await reviveToggle({ store, settings: config });
    await reportUselessKeys(surroundingsOf(server, world), world.clock.now());
    const ports = portsOf(server, version, parts.effective, () => routes);
    const services = [...SERVICES, control(ports)];
    const { app, listen, routes } = await assemble(server, services, limits, parts.documents ?? new Documents());
    return {
      app,
      world,
      version,
      posture: await postureOf(server, config),
      notices,
      listen,
      close: async () => {
        await app.close();
        await world.close();
      },
    };
  } catch (cause) {
    await world.close();
    throw startFault(cause);
  }
}

/** What cannot be stored stops a start as any other file that cannot be used does. */
function startFault(cause: unknown): unknown {
  return cause instanceof Unwritable ? new Unusable(cause.message, { cause }) : cause;
}

async function assemble(server: Server, services: readonly ServiceDefinition[], limits: Limits, shelf: Documents) {
  const { settings } = server;
  const faults = checkServices(services.map((one) => ({ ...one, tables: one.law(settings).tables })));
  if (faults.length > 0) throw new Error(`services are in each other's way:\n  ${faults.join('\n  ')}`);
  const texts = await Promise.all(services.map((service) => documentText(service.law(settings).document)));
  const documents = texts.map((text) => shelf.read(text));
  const mounted = services.map(
    (service, index): Mounted => ({
      service,
      law: service.law(settings),
      document: documents[index] as Mounted['document'],
    }),
  );
  const hosts = hostsOf(server, mounted);
  const edges = edgesOf(server, services, () => routes);
  const lines = new Lines(limits);
  const app = makeFastify(edges, hosts, lines, limits);
  connectEdges(app, edges);
  const elsewhere = documents.flatMap((document) => document.elsewhere);
  const routes = new Routes(
    mounted.flatMap((one) => mount(app, server, one)),
    elsewhere,
  );
  hosts.mount(app, edges.unrouted);
  serveDocs(
    app,
    server.gate,
    services.map(({ name, title }, index) => ({ name, title, text: texts[index] as string })),
    swaggerUiFile,
  );
  const listen = preparedToListen(app, lines);
  await app.ready();
  return { app, listen, routes };
}

/** Fastify listens and routes; what it would do by itself beyond that is turned off. */
function makeFastify(edges: Edges, hosts: Hosts, lines: Lines, limits: Limits): FastifyInstance {
  return fastify({
    exposeHeadRoutes: false,
    return503OnClosing: false,
    routerOptions: { maxParamLength: 16_384 },
    requestTimeout: 0,
    // Routes carry no schema, so the compilers for them are never asked; loading them is an eighth of the start.
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
    http: {
      requireHostHeader: false,
      headersTimeout: limits.headersTimeout,
      connectionsCheckingInterval: limits.checkingInterval,
    },
    // Not for rewriting alone: it is the only place that sees a request before the router does.
    rewriteUrl: (request) => {
      prepareArrival(request);
      return hosts.lead(request);
    },
    frameworkErrors: (error, request, reply) => {
      edges.framework(error, request.raw).then((answer) => sendAnswer(reply, answer));
    },
    clientErrorHandler: (error, socket) => endWithWireProblem(edges, lines, error as unknown as WireError, socket),
  });
}

function noCompiler(): never {
  throw new Error('routes have no schema: the documents are what is validated against');
}

function portsOf(server: Server, version: string, { config, origins }: Effective, routes: () => Routes): Ports {
  const { world } = server;
  const lawOfService = (name: string) => server.laws.find(({ service }) => service === name);
  const names = Object.keys(origins) as (keyof Config)[];
  return {
    info: async () => ({
      name: 'nv-auth-mock',
      version,
      configuration: Object.fromEntries(
        names.map((name) => [flagName(name), { value: shownValue(name, config), origin: origins[name] }]),
      ),
      services: SERVICES.map((service) => {
        const { profile, tables } = service.law(config);
        return { name: service.name, title: service.title, profile, operations: tables.operations.length };
      }),
      counts: await world.store.world.counts(),
    }),
    cast: async () => castOf(await world.seed(), SERVICES),
    reset: async () => {
      await world.reset();
      await reviveToggle(surroundingsOf(server, world));
      await reportUselessKeys(surroundingsOf(server, world), world.clock.now());
    },
    calls: () =>
      routes()
        .operationsOf('control')
        .map(({ method, path, summary }) => ({ method, path, summary })),
    clockAhead: () => world.clockAhead(),
    advance: async (milliseconds) => {
      const { from, to } = await world.advance(milliseconds);
      const events = await Promise.all(SERVICES.map((service) => service.events?.(world.store, from, to) ?? []));
      return events.flat().sort((one, other) => one.at - other.at);
    },
    now: () => world.clock.now(),
    tables: (name) => lawOfService(name) ?? null,
    services: () => SERVICES.map(({ name }) => name),
    describe: (decision) => {
      const mend = SERVICES.find(({ name }) => name === decision.service)?.mend;
      return describeDecision(decision, (lawOfService(decision.service) as Law).tables, mend);
    },
    simulate: (principal, method, path) => simulate(server, routes(), principal, method, path),
  };
}

/** On this machine the switchboard is for whoever uses it; beyond that, for everybody who reaches the address. */
function exposureNotices({ host, adminToken }: Config): string[] {
  if (adminToken !== null || host === 'localhost' || host === '::1' || /^127\./.test(host)) return [];
  return [
    `whoever reaches ${host} can drive the mock at /_mock, and read its credentials; --admin-token TEXT asks them for a token`,
  ];
}

/** @throws Unusable when a seed was asked for that is not the one of the data file */
async function seedNotices(world: World, fingerprint: string, { seed, data, reseed }: Config): Promise<string[]> {
  const kept = await world.seed();
  if (data === null && reseed) return ['--reseed has no effect without --data: a world in memory is always new'];
  if (kept.fingerprint === fingerprint) return [];
  if (seed !== null) {
    throw new Unusable(
      `--data ${data} holds a world that was made of another seed than --seed ${seed}. ` +
        'Add --reseed to replace that world, or leave --seed out to keep it.',
    );
  }
  return kept.origin === 'file'
    ? ['the world in the data file was made of a seed file; --reseed replaces it by the built-in cast']
    : ['the world in the data file was made of an older built-in cast; --reseed replaces it by the current one'];
}

async function signingKeyFrom({ signingKey, signingAlg }: Config): Promise<SigningKey> {
  if (signingKey === null) {
    const algorithm = signingAlg ?? 'RS256';
    const jwk = await fixture('runai', `signing-key.${algorithm.toLowerCase()}.json`);
    return signingKeyOf(jwk as Parameters<typeof signingKeyOf>[0], algorithm);
  }
  const text = await readFile(signingKey, 'utf8').catch((cause: unknown) => {
    throw new Unusable(`--signing-key ${signingKey} cannot be read. Give the path of a file that can.`, { cause });
  });
  return readSigningKey(text, `--signing-key ${signingKey}`, signingAlg ?? undefined);
}

/** How long the keys of an identity provider may take, in milliseconds. */
const KEYS_TIMEOUT = 5000;

/** A file is read now, so that a fault in it stops the start; a URL when the first token comes. */
async function identityProviderFrom(config: Config): Promise<IdentityProvider | null> {
  const { runaiIdp, runaiIdpIssuer: issuer, runaiIdpAudience: audience } = config;
  if (runaiIdp === null) {
    const [flag] = (['runaiIdpIssuer', 'runaiIdpAudience'] as const).filter((one) => config[one] !== null);
    if (flag === undefined) return null;
    const message = `--${flagName(flag)} says which tokens count, and there is no --runai-idp that makes any. Give its JWK set, or leave the flag out.`;
    throw new Unusable(message);
  }
  const expected = { ...(issuer !== null && { issuer }), ...(audience !== null && { audience }) };
  const name = `--runai-idp ${runaiIdp}`;
  if (/^https?:/.test(runaiIdp)) {
    const load = async () => {
      const answer = await fetch(runaiIdp, { signal: AbortSignal.timeout(KEYS_TIMEOUT) });
      if (!answer.ok) throw new Error(`it answered ${answer.status}`);
      return jwkSetOf(await answer.json(), name);
    };
    return identityProviderOf(load, runaiIdp, expected);
  }
  const keys = jwkSetOf(await readDocument(runaiIdp, '--runai-idp'), name);
  return identityProviderOf(async () => keys, runaiIdp, expected);
}

function jwkSetOf(value: unknown, name: string): JwkSet {
  const { keys } = (value ?? {}) as Partial<JwkSet>;
  if (Array.isArray(keys) && keys.length > 0) return { keys };
  throw new Unusable(
    `${name} holds no JWK set. Expected: {"keys": [...]} with the public keys of the identity provider.`,
  );
}

async function postureOf(server: Server, { data }: Config): Promise<string> {
  const ahead = server.world.clockAhead();
  const { mode } = await toggleOf(surroundingsOf(server, server.world));
  const profiles = server.laws
    .filter(({ profile }) => profile !== null)
    .map(({ service, profile }) => `${service}=${profile}`);
  const moved = ahead === 0 ? [] : [`clock=+${formatDuration(ahead)}`];
  return [`state=${data === null ? 'memory' : 'file'}`, `propagation=${mode}`, ...moved, ...profiles].join(' ');
}
