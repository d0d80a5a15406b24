import type { FastifyInstance } from 'fastify';
import type { Effective } from '../config/config.ts';
import type { Config } from '../config/options.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import type { World } from '../contract/world.ts';
import { newBudgets } from '../core/bounded-cache.ts';
import { type Clock, type Instant, machineClock } from '../core/clock.ts';
import { knownHosts } from '../core/hosts.ts';
import { type Log, SILENT } from '../core/log.ts';
import { notEmulatedOperations } from '../core/not-emulated.ts';
import type { Ruleset } from '../core/ruleset.ts';
import { Unusable } from '../core/unusable.ts';
import { DEFAULT_WORLD } from '../core/world-id.ts';
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
import { roomForState } from '../platform/heap.ts';
import { processWide } from '../platform/process-wide.ts';
import { type Random, systemRandom } from '../platform/random.ts';
import { BUILT_IN, castLine, chooseSeed, revivedSeed, seedOfContent, seedValueOfFile } from '../seed/index.ts';
import { ALL_REASONS, loadControl, loadServices, vendorHosts } from '../services/index.ts';
import { shownData } from '../store/data-option.ts';
import { Damaged, Unreachable, Unwritable } from '../store/errors.ts';
import { openPlace } from '../store/open.ts';
import { type KeptSeed, type Seed, seedIn } from '../store/seed.ts';
import { newStoreParts } from '../store/shared.ts';
import type { Tls } from '../tls/index.ts';
import { type Beginnings, rowsOfSeed } from '../worlds/beginnings.ts';
import { Credentials } from '../worlds/credentials.ts';
import { Images, settle } from '../worlds/images.ts';
import { LocalWorlds } from '../worlds/local.ts';
import type { Worlds } from '../worlds/registry.ts';
import { SharedWorlds } from '../worlds/shared.ts';
import { Snapshots } from '../worlds/snapshots.ts';
import type { Filled } from '../worlds/world.ts';
import { identityProviderFrom, signingKeyFrom } from './keys.ts';
import { checkNamedWorlds, makeNamedWorlds } from './named-worlds.ts';
import { exposureNotices, heapNotices, postureOf, seedNotices } from './notices.ts';
import { portsOf } from './ports.ts';
import { checkBegan, checkSnapshotOption, rowsOfSnapshot, seedOfSnapshot, snapshotFrom } from './snapshot-option.ts';
import { checkTlsOptions, offersTls, tlsFrom } from './tls.ts';
import { vendorDocumentsFrom } from './vendor-documents.ts';

/** Only the configuration is required; tests replace the rest. */
export interface ServerParts {
  readonly effective: Effective;
  /** A seed to start from, in place of the configuration's `seed`. */
  readonly seed?: object;
  readonly clock?: Clock;
  readonly random?: Random;
  /** The log is given the world's clock, so that its lines and the decisions show the same time. */
  readonly log?: (clock: Clock) => Log;
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

export interface MockServer {
  readonly app: FastifyInstance;
  /** The default world. */
  readonly world: World;
  readonly worlds: Worlds;
  readonly version: string;
  /** One line about its state and its versions. */
  readonly posture: string;
  /** The notices for the person who starts it. */
  readonly notices: readonly string[];
  /** The certificate of its own authority, as PEM; null without one. */
  readonly ca: string | null;
  readonly listen: Listen;
  readonly openProductionPort: OpenProductionPort;
  /** The operations that it serves. */
  readonly routes: Routes;
  /**
   * The identities of the default world's seed, in one line, such as `2 users, 1 application, no NGC
   * keys`.
   */
  whoIsThere(): Promise<string>;
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
  const { worlds, place } = opened;
  try {
    const reopened = await beginWorlds(loaded, opened, config);
    place.started();
    const notices = [
      ...place.store.notices,
      ...reopened,
      ...exposureNotices(config),
      ...heapNotices(config, roomForState()),
      ...(await seedNotices(worlds.default, loaded.seed.fingerprint, config)),
    ];
    return await assemble(parts, loaded, opened, notices, await tlsFrom(config, place));
  } catch (cause) {
    await worlds.close();
    await place.store.close();
    await place.close();
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

/** The place of the worlds, and the worlds, none of which is open yet. */
async function open({ effective: { config }, budgets, clock, beginnings }: ServerParts, loaded: Loaded) {
  const { services, random, signingKey } = loaded;
  const state = Math.min(config.maxState * MEGABYTE, roomForState());
  const shared = newStoreParts(newBudgets({ state, ...budgets }));
  const place = await openPlace(config.data, DEFAULT_WORLD, shared);
  const { worlds: sharedWorlds, kept: keptWorlds } = place;
  const machine = clock ?? place.clock ?? machineClock();
  const rulesets = services.map((service) => service.ruleset(config));
  const customs = { settings: config, rulesets };
  const { snapshot } = loaded;
  const first = snapshot === null ? null : rowsOfSnapshot(snapshot, shared.revisions);
  const keys = new Credentials(services);
  const revive = (kept: KeptSeed) => revivedSeed(kept, services, random);
  const rowsOf = (seed: Seed, at: Instant) =>
    beginnings === undefined ? rowsOfSeed(seed, at, shared) : beginnings.rowsOf(seed, at, shared);
  const parts = {
    secrets: { key: fingerprintKey(), ofSeeds: new SecretsOfSeeds() },
    ...{ machine, random, signingKey, shared, keys, rulesets, revive },
    images: new Images(machine, shared, customs, keys, rowsOf),
    snapshot: first,
    mode: config.mode,
    most: config.maxWorlds,
  };
  const worlds = sharedWorlds === null ? new LocalWorlds(parts, keptWorlds) : new SharedWorlds(parts, sharedWorlds);
  const snapshots = new Snapshots(random, (sharedWorlds ?? keptWorlds)?.snapshots ?? shared.state, revive);
  const { budgets: remembered, commits, revisions } = shared;
  const begun = { worlds, snapshots, first, rowsOf, revive };
  return { ...begun, place, machine, customs, budgets: remembered, commits, revisions };
}

const MEGABYTE = 1024 * 1024;

/** @returns the notices about the worlds that existed already */
async function beginWorlds(loaded: Loaded, opened: Opened, config: Config): Promise<readonly string[]> {
  await beginDefaultWorld(loaded, opened, config);
  const reopened = await opened.worlds.reopen();
  await makeNamedWorlds(opened.worlds, config.world);
  return reopened;
}

/** A new store is filled from the seed, or from a snapshot; a store that already has a world keeps it, unless `reseed`. */
async function beginDefaultWorld(
  { seed, snapshot }: Loaded,
  { worlds, place: { store }, machine, customs, first, rowsOf, revive }: Opened,
  { reseed, data }: Config,
): Promise<void> {
  // Of several processes that start at the same time with the same database, one fills it.
  const made = await store.collections.turns.take(async () => {
    const kept = await seedIn(store.collections);
    if (!reseed && kept !== null) {
      if (snapshot !== null) await checkBegan(store, snapshot, shownData(data ?? ''));
      return revive(kept);
    }
    await store.restore(first ?? (await rowsOf(seed, machine.now())));
    return seed;
  });
  // A user who opens the console later did not see the notices of the start.
  const findings = store.notices.map((notice): Filled['findings'][number] => ['storage', notice, machine.now()]);
  await settle(store, (...finding) => findings.push(finding), customs, machine.now());
  await worlds.begin(made, { store, findings, isNew: false });
}

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

async function assemble(
  parts: ServerParts,
  loaded: Loaded,
  opened: Opened,
  notices: readonly string[],
  tls: Tls | null,
): Promise<MockServer> {
  const { effective, documents = new Documents() } = parts;
  const { services, control, random, version } = loaded;
  const { worlds, place, snapshots, budgets, revive, revisions } = opened;
  const world = worlds.default;
  const limits = limitsOf(parts.limits);
  const server = serverOf(parts, loaded, opened, limits);
  const ports = portsOf({
    ...{ server, place, services, worlds, snapshots, random, version, effective, revive, revisions },
    state: budgets.state,
    routes: () => routes,
  });
  const mounted = await mount([...services, control(ports)], server, documents);
  const { app, listen, openProductionPort, routes } = await serve(mounted, server, limits, documents, tls);
  return {
    app,
    world,
    worlds,
    version,
    posture: await postureOf(server, place, effective.config),
    notices,
    ca: tls?.ca ?? null,
    listen,
    openProductionPort,
    routes,
    whoIsThere: async () => castLine(await world.seed(), services),
    readSeed: (file) => seedValueOfFile(file, SEED_OPTION, services),
    close: async () => {
      // Running requests are answered, and none of them goes on waiting.
      worlds.tellOver();
      await app.close();
      await server.metrics.end();
      await worlds.close();
      await place.close();
    },
  };
}

/** The parts of the server that requests use. */
function serverOf(
  { effective: { config }, log, offDocument = 'report' }: ServerParts,
  { services, identityProvider, vendorDocuments }: Loaded,
  { worlds, customs, budgets, commits }: Opened,
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
    ...{ worlds, identityProvider, hosts, limits, publicUrl, explain, strict, fidelity, offDocument },
    vendorDocuments,
    isTls: offersTls(config),
    addresses: worldAddressesOf(hosts, serviceHosts),
    settings: config,
    rulesets: customs.rulesets,
    log: log?.(worlds.default.clock) ?? SILENT,
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
