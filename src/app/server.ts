import type { FastifyInstance } from 'fastify';
import type { Effective } from '../config/config.ts';
import type { Config } from '../config/options.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import type { World } from '../contract/world.ts';
import { newBudgets } from '../core/bounded-cache.ts';
import type { Clock, Instant } from '../core/clock.ts';
import { knownHosts } from '../core/hosts.ts';
import { type Log, SILENT } from '../core/log.ts';
import { notEmulatedOperations } from '../core/not-emulated.ts';
import type { Ruleset } from '../core/ruleset.ts';
import { Unusable } from '../core/unusable.ts';
import { tripwireOf } from '../credentials/tripwire.ts';
import { serveAuthority } from '../http/authority.ts';
import { serveConsole } from '../http/console.ts';
import { serveDocs } from '../http/docs.ts';
import type { Server } from '../http/in-flight.ts';
import { type Mounted, routerOf, routesOf } from '../http/mount.ts';
import { Documents } from '../http/openapi.ts';
import { pagesOn } from '../http/pages.ts';
import { Routes } from '../http/routes.ts';
import { Connections } from '../http/transport/connections.ts';
import { CrossOrigin } from '../http/transport/cross-origin.ts';
import { makeFastify } from '../http/transport/fastify.ts';
import { type Limits, limitsOf } from '../http/transport/limits.ts';
import { type Listen, prepareToListen } from '../http/transport/listen.ts';
import { originGuardOf } from '../http/transport/origin-guard.ts';
import { Outgoing } from '../http/transport/outgoing.ts';
import { type OpenProductionPort, productionPorts } from '../http/transport/production-port.ts';
import { protocolErrorsOf } from '../http/transport/protocol-errors.ts';
import { OwnHosts, serveOperations } from '../http/transport/services.ts';
import { worldAddressesOf } from '../http/transport/world-address.ts';
import { SecretsOfSeeds } from '../journal/known-secrets.ts';
import { Metrics } from '../metrics/metrics.ts';
import {
  consoleFile,
  documentText,
  packageVersion,
  preparedDocument,
  readerFile,
  swaggerUiFile,
} from '../platform/assets.ts';
import { processWide } from '../platform/process-wide.ts';
import { type Random, systemRandom } from '../platform/random.ts';
import { roomForState } from '../platform/room-for-state.ts';
import { BUILT_IN, castLine, chooseSeed, revivedSeed, seedOfContent, seedValueOfFile } from '../seed/index.ts';
import { ALL_REASONS, loadControl, loadServices, vendorHosts } from '../services/index.ts';
import { shownData } from '../store/data-option.ts';
import { Damaged, Unreachable, Unwritable } from '../store/errors.ts';
import { openPlace } from '../store/open.ts';
import type { KeptSeed, Seed } from '../store/seed.ts';
import { newStoreParts } from '../store/shared.ts';
import type { Waiting } from '../store/waiting.ts';
import type { Tls } from '../tls/index.ts';
import { type Beginnings, rowsOfSeed } from '../worlds/beginnings.ts';
import { Credentials } from '../worlds/credentials.ts';
import type { Worlds } from '../worlds/registry.ts';
import { identityProviderFrom, signingKeyFrom } from './keys.ts';
import { checkNamedWorlds } from './named-worlds.ts';
import { exposureNotices, heapNotices, postureOf } from './notices.ts';
import { portsOf } from './ports.ts';
import { checkSnapshotOption, seedOfSnapshot, snapshotFrom } from './snapshot-option.ts';
import { checkTlsOptions, offersTls, storedAuthority, tlsFrom } from './tls.ts';
import { vendorDocumentsFrom } from './vendor-documents.ts';
import { WorldsOfProcess } from './worlds-of-process.ts';

/** Only the configuration is required; tests replace the rest. */
export interface ServerParts {
  readonly effective: Effective;
  /** A seed to start from, in place of the configuration's `seed`. */
  readonly seed?: object;
  readonly clock?: Clock;
  readonly random?: Random;
  /** The log is given the world's clock, so that its lines and the decisions show the same time. */
  readonly log?: (clock: Clock) => Log;
  /** Told why the process has to wait for its first worlds. */
  readonly onStandby?: (waiting: Waiting) => void;
  readonly limits?: Partial<Limits>;
  /** How much may be remembered, in bytes. */
  readonly budgets?: Parameters<typeof newBudgets>[0];
  /**
   * `throw`: an answer that does not match its document fails the request, for tests. Default: it becomes a finding.
   */
  readonly offDocument?: Server['offDocument'];
  /** The loader of documents; servers that are given the same one share them. */
  readonly documents?: Documents;
  /** The built-in seed and its rows; servers that are given the same one share them. Default: each makes its own. */
  readonly beginnings?: Beginnings;
}

/** Facts about a server that are known once its process has the worlds. */
export interface Begun {
  /** The notices for the person who starts it. */
  readonly notices: readonly string[];
  /** One line about its state and its versions. */
  readonly posture: string;
  /**
   * The identities of the default world's seed, in one line, such as `2 users, 1 application, no NGC
   * keys`.
   */
  readonly cast: string;
}

export interface MockServer {
  readonly app: FastifyInstance;
  /** The default world; without worlds, one in which requests are refused. */
  readonly world: World;
  readonly worlds: Worlds;
  readonly version: string;
  /** Resolves when the process has the worlds. @throws Unusable if they cannot be used */
  begun(): Promise<Begun>;
  /** The certificate of its own authority, as PEM; null without one. */
  readonly ca: string | null;
  readonly listen: Listen;
  readonly openProductionPort: OpenProductionPort;
  /** The operations that it serves. */
  readonly routes: Routes;
  /**
   * The content of a seed file on this machine, as a value for the control API.
   *
   * @throws Unusable naming everything that is wrong with it
   */
  readSeed(file: string): Promise<object>;
  close(): Promise<void>;
}

/** The name, in messages, of a seed that a program gave. */
const SEED_OPTION = 'the option `seed`';

/**
 * A server with its world, not yet listening.
 *
 * @throws Unusable if a file or a value in the configuration cannot be used
 */
export async function buildServer(parts: ServerParts): Promise<MockServer> {
  const { config } = parts.effective;
  checkNamedWorlds(config);
  checkSnapshotOption(config, parts.seed);
  checkTlsOptions(config);
  const loaded = await load(parts);
  const opened = await open(parts, loaded).catch((cause) => {
    throw startFault(cause, config);
  });
  const { all, place, authority } = opened;
  try {
    // With https and without an authority, even a standby has to wait until it may make one.
    if (offersTls(config) && place.kind === 'postgres' && authority === null) await all.begun;
    const tls = await tlsFrom(config, place.kind, authority, () => all.worlds.default.store.state);
    return await assemble(parts, loaded, opened, tls);
  } catch (cause) {
    await all.close();
    throw startFault(cause, config);
  }
}

type Loaded = Awaited<ReturnType<typeof load>>;

/** The parts of a start that come before anything opens that must be closed again. */
async function load({ effective: { config, origins }, seed, random = systemRandom(), beginnings }: ServerParts) {
  const [services, control] = await Promise.all([loadServices(config), loadControl()]);
  const snapshot = await snapshotFrom(config, config.maxState * MEGABYTE);
  const choose = () => chooseSeed(config.seed, services, random, origins.seed === 'option' ? SEED_OPTION : undefined);
  const isBuiltIn = config.seed === null || config.seed === BUILT_IN;
  const seedToBeginWith = async () => {
    if (snapshot !== null) return revivedSeed(seedOfSnapshot(snapshot), services, random);
    if (seed !== undefined) return seedOfContent(seed, SEED_OPTION, services, random);
    return beginnings !== undefined && isBuiltIn ? beginnings.builtIn(namesOf(services), choose) : choose();
  };
  const [version, signingKey, identityProvider, vendorDocuments, chosenSeed] = await Promise.all([
    packageVersion(),
    signingKeyFrom(config),
    identityProviderFrom(config),
    vendorDocumentsFrom(config, services),
    seedToBeginWith(),
  ]);
  return {
    random,
    services,
    control,
    version,
    signingKey,
    identityProvider,
    vendorDocuments,
    seed: chosenSeed,
    snapshot,
  };
}

function namesOf(services: readonly ServiceDefinition[]): readonly string[] {
  return services.map(({ name }) => name);
}

type Opened = Awaited<ReturnType<typeof open>>;

/** The place of the worlds, and the worlds, if this process gets them at once. */
async function open({ effective: { config }, budgets, clock, beginnings, ...parts }: ServerParts, loaded: Loaded) {
  const { services, random, signingKey, seed, snapshot } = loaded;
  const state = Math.min(config.maxState * MEGABYTE, roomForState());
  const shared = newStoreParts(newBudgets({ state, ...budgets }));
  const place = await openPlace(config.data, shared, clock);
  const rulesets = services.map((service) => service.ruleset(config));
  const customs = { settings: config, rulesets };
  const keys = new Credentials(services);
  const revive = (kept: KeptSeed) => revivedSeed(kept, services, random);
  const rowsOf = (one: Seed, at: Instant) =>
    beginnings === undefined ? rowsOfSeed(one, at, shared) : beginnings.rowsOf(one, at, shared);
  try {
    const authority = offersTls(config) ? await storedAuthority(place) : null;
    const all: WorldsOfProcess = await WorldsOfProcess.start(
      {
        ...{ config, place, shared, customs, seed, snapshot, rowsOf, revive, random, signingKey, keys, rulesets },
        secrets: { key: fingerprintKey(), ofSeeds: new SecretsOfSeeds() },
      },
      () => log,
      parts.onStandby,
    );
    const log = parts.log?.({ now: () => all.worlds.default.clock.now() }) ?? SILENT;
    const { budgets: remembered, commits, revisions } = shared;
    return { all, authority, log, place, revive, customs, budgets: remembered, commits, revisions };
  } catch (cause) {
    await place.close();
    throw cause;
  }
}

const MEGABYTE = 1024 * 1024;

/** Fingerprints of secrets depend on it: two servers of one process show the same one for the same secret. */
function fingerprintKey(): string {
  return processWide('fingerprint-key.1', () => systemRandom().base64url(32));
}

/**
 * A failure to store stops the start, as an unusable file does. So does a row that cannot be read, or that holds JSON of
 * another shape: the error appears where an expected member is missing.
 */
function startFault(cause: unknown, { data }: Config): unknown {
  const isMissing = cause instanceof TypeError || cause instanceof RangeError;
  if (data !== null && (cause instanceof Damaged || isMissing)) {
    const said = cause instanceof Damaged ? cause.message : `something in it is not what was stored (${cause.message})`;
    return new Unusable(`--data ${shownData(data)} is damaged: ${said}. It was left as it is; give another file.`, {
      cause,
    });
  }
  if (data !== null && cause instanceof Unreachable) {
    const why = `--data ${shownData(data)} cannot be used now: ${cause.message}. Start again when it can.`;
    return new Unusable(why, { cause });
  }
  return cause instanceof Unwritable ? new Unusable(cause.message, { cause }) : cause;
}

async function assemble(parts: ServerParts, loaded: Loaded, opened: Opened, tls: Tls | null): Promise<MockServer> {
  const { effective, documents = new Documents() } = parts;
  const { services, control, random, version } = loaded;
  const { all, place, budgets, revive, revisions } = opened;
  const limits = limitsOf(parts.limits);
  const server = serverOf(parts, loaded, opened, limits);
  const ports = portsOf({
    ...{ server, place, services, random, version, effective, revive, revisions },
    get worlds() {
      return all.worlds;
    },
    get snapshots() {
      return all.snapshots;
    },
    get waiting() {
      return all.waiting;
    },
    state: budgets.state,
    routes: () => routes,
  });
  const mounted = await mount([...services, control(ports)], server, documents);
  const { app, listen, openProductionPort, routes } = await serve(mounted, server, limits, documents, tls);
  const { config } = effective;
  return {
    app,
    get world() {
      return all.worlds.default;
    },
    get worlds() {
      return all.worlds;
    },
    version,
    begun: async () => {
      const notices = await all.begun.catch((cause) => {
        throw startFault(cause, config);
      });
      return {
        notices: [...notices, ...exposureNotices(config), ...heapNotices(config, roomForState())],
        posture: await postureOf(server, place, config),
        cast: castLine(await all.worlds.default.seed(), services),
      };
    },
    ca: tls?.ca ?? null,
    listen,
    openProductionPort,
    routes,
    readSeed: (file) => seedValueOfFile(file, SEED_OPTION, services),
    close: async () => {
      // Running requests are answered, and none of them goes on waiting.
      all.worlds.tellOver();
      await app.close();
      await server.metrics.end();
      await all.close();
    },
  };
}

/** The parts of the server that requests use. */
function serverOf(
  { effective: { config }, offDocument = 'report' }: ServerParts,
  { services, identityProvider, vendorDocuments }: Loaded,
  { all, log, customs, budgets, commits }: Opened,
  limits: Limits,
): Server {
  const { alias, publicUrl, explain, strict, fidelity, adminToken } = config;
  const crossOrigin = new CrossOrigin(config.cors);
  const publicNames = publicUrl === null ? [] : [new URL(publicUrl).hostname];
  const hosts = knownHosts([...alias, ...publicNames], vendorHosts());
  const serviceHosts = services.flatMap((service) => service.hosts ?? []);
  const hostPatterns = serviceHosts.map(({ pattern }) => pattern);
  const tripwires = services.flatMap((service) => service.tripwires ?? []);
  return {
    get worlds() {
      return all.worlds;
    },
    ...{ identityProvider, hosts, limits, publicUrl, explain, strict, fidelity, offDocument },
    vendorDocuments,
    isTls: offersTls(config),
    addresses: worldAddressesOf(hosts, serviceHosts),
    settings: config,
    rulesets: customs.rulesets,
    log,
    tripwire: tripwireOf(tripwires, budgets.tokens),
    extractors: services.flatMap(({ extractors = [] }) => extractors),
    reasons: ALL_REASONS,
    originGuard: originGuardOf({ hosts, hostPatterns, publicUrl, adminToken, crossOrigin }),
    crossOrigin,
    outgoing: new Outgoing(),
    metrics: new Metrics(commits),
  };
}

function mount(all: readonly ServiceDefinition[], { settings }: Server, documents: Documents): Promise<Mounted[]> {
  const mounted = all.map(async (service) => {
    const ruleset = service.ruleset(settings);
    return { service, ruleset, document: await documents.open(ruleset.document, preparedDocument) };
  });
  return Promise.all(mounted);
}

async function serve(
  mounted: readonly Mounted[],
  server: Server,
  limits: Limits,
  documents: Documents,
  tls: Tls | null,
) {
  const services = mounted.map(({ service }) => service);
  const otherVersions = mounted.flatMap(({ document }) => document.otherVersions);
  const routed = mounted.map((one) => ({ mounted: one, routes: routesOf(one) }));
  const routes = new Routes(
    routed.flatMap((one) => one.routes),
    otherVersions,
    services.flatMap(({ name, notEmulated }) => notEmulatedOperations(name, notEmulated)),
  );
  const protocolErrors = protocolErrorsOf(server, services, routes);
  const connections = new Connections(limits);
  const app = makeFastify(
    protocolErrors,
    new OwnHosts(mounted, server),
    connections,
    limits,
    server,
    tls?.makeServer ?? null,
  );
  for (const { mounted: one, routes: its } of routed) {
    const { document, profile } = one.ruleset;
    const router = documents.router(`${document} ${profile}`, () => routerOf(one));
    serveOperations(app, one, its, router, server, protocolErrors);
  }
  servePages(app, mounted, server);
  if (tls?.ca) serveAuthority(app, server, tls.ca);
  const listen = prepareToListen(app, connections, server.outgoing);
  const openProductionPort = productionPorts(app, connections);
  await app.ready();
  return { app, listen, openProductionPort, routes };
}

/** The document of a ruleset for readers, as JSON text. */
async function servedText({ document, servedAs }: Ruleset): Promise<string> {
  const text = await documentText(document);
  if (servedAs === undefined) return text;
  // The build marks the documents of other versions with it.
  const { asVersion } = await import('../../scripts/documents/deprecated.mjs');
  const whole = JSON.parse(text);
  const { info, ...rest } = asVersion(whole, servedAs);
  const description = `${info.description} The operations of ${servedAs} are those of ${whole.info.version}.`;
  return JSON.stringify({ ...rest, info: { ...info, description } });
}

/** The console, and the pages of the documents. */
function servePages(app: FastifyInstance, mounted: readonly Mounted[], server: Server): void {
  const pages = pagesOn(app, server);
  serveConsole(pages, consoleFile);
  const documented = mounted.map(({ service: { name, title, isControlApi = false }, ruleset }) => ({
    ...{ name, title, tables: ruleset.tables, isControlApi },
    read: () => servedText(ruleset),
  }));
  serveDocs(pages, documented, { swaggerUi: swaggerUiFile, own: readerFile });
}
