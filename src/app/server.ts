import type { FastifyInstance } from 'fastify';
import type { Effective } from '../config/config.ts';
import type { Config } from '../config/options.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import type { World } from '../contract/world.ts';
import { type Clock, machineClock } from '../core/clock.ts';
import { newBudgets } from '../core/held.ts';
import { knownHosts } from '../core/hosts.ts';
import { type Log, SILENT } from '../core/log.ts';
import { Unusable } from '../core/unusable.ts';
import { DEFAULT_WORLD } from '../core/world-id.ts';
import { tripwireOf } from '../credentials/tripwire.ts';
import { serveConsole } from '../http/console.ts';
import { serveDocs } from '../http/docs.ts';
import type { Server } from '../http/in-flight.ts';
import { type Mounted, routerOf, routesOf } from '../http/mount.ts';
import { Documents } from '../http/openapi.ts';
import { pagesOn } from '../http/pages.ts';
import { Routes } from '../http/routes.ts';
import { Connections } from '../http/transport/connections.ts';
import { doorsOf } from '../http/transport/doors.ts';
import { edgesOf } from '../http/transport/edges.ts';
import { makeFastify } from '../http/transport/fastify.ts';
import { gateOf } from '../http/transport/gate.ts';
import { type Limits, limitsOf } from '../http/transport/limits.ts';
import { type Listen, prepareToListen } from '../http/transport/listen.ts';
import { Outgoing } from '../http/transport/outgoing.ts';
import { OwnHosts, serveOperations } from '../http/transport/services.ts';
import { SecretsOfSeeds } from '../journal/known-secrets.ts';
import {
  consoleFile,
  documentText,
  packageVersion,
  preparedDocument,
  readerFile,
  swaggerUiFile,
} from '../machine/assets.ts';
import { processWide } from '../machine/process-wide.ts';
import { type Random, systemRandom } from '../machine/random.ts';
import { castLine, chooseSeed, revivedSeed, seedOfContent, seedValueOfFile } from '../seed/index.ts';
import { ALL_REASONS, loadControl, loadServices } from '../services/index.ts';
import { shownData } from '../store/data-option.ts';
import { Damaged, Unwritable } from '../store/errors.ts';
import type { Store } from '../store/index.ts';
import { openPlace, type Place } from '../store/open.ts';
import type { Seed } from '../store/seed.ts';
import { type KeptSeed, seedIn, seedRow } from '../store/seed.ts';
import { newStoreParts } from '../store/shared.ts';
import { Credentials } from '../worlds/credentials.ts';
import { type Customs, Images, settle } from '../worlds/images.ts';
import { LocalWorlds } from '../worlds/local.ts';
import type { Worlds } from '../worlds/registry.ts';
import { SharedWorlds } from '../worlds/shared.ts';
import { Snapshots } from '../worlds/snapshots.ts';
import type { Filled } from '../worlds/world.ts';
import { identityProviderFrom, signingKeyFrom } from './keys.ts';
import { checkNamedWorlds, makeNamedWorlds } from './named-worlds.ts';
import { exposureNotices, postureOf, seedNotices } from './notices.ts';
import { portsOf } from './ports.ts';

/** What a server is made from. Only the configuration is required; tests replace the rest. */
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
  /** Where documents are read; servers that are given the same one share them. */
  readonly documents?: Documents;
}

export interface MockServer {
  readonly app: FastifyInstance;
  /** The default world. */
  readonly world: World;
  readonly worlds: Worlds;
  readonly version: string;
  /** One line about its state and its versions. */
  readonly posture: string;
  /** What the person who starts it should know. */
  readonly notices: readonly string[];
  readonly listen: Listen;
  /**
   * Who is in the seed that the default world was made from, in one line, such as `2 users, 1 application, no NGC
   * keys`.
   */
  whoIsThere(): Promise<string>;
  /**
   * The content of a seed file on this machine, as a value for the switchboard.
   *
   * @throws Unusable naming everything that is wrong with it
   */
  readSeed(file: string): Promise<object>;
  close(): Promise<void>;
}

/** What messages call a seed that a program gave. */
const SEED_OPTION = 'the option `seed`';

/**
 * A server with its world, not yet listening.
 *
 * @throws Unusable if a file or a value in the configuration cannot be used
 */
export async function buildServer(parts: ServerParts): Promise<MockServer> {
  const { config, origins } = parts.effective;
  checkNamedWorlds(config);
  const random = parts.random ?? systemRandom();
  const limits = limitsOf(parts.limits);
  const [services, control] = await Promise.all([loadServices(), loadControl()]);
  const [version, signingKey, identityProvider, seed] = await Promise.all([
    packageVersion(),
    signingKeyFrom(config),
    identityProviderFrom(config),
    parts.seed === undefined
      ? chooseSeed(config.seed, services, random, origins.seed === 'option' ? SEED_OPTION : undefined)
      : seedOfContent(parts.seed, SEED_OPTION, services, random),
  ]);
  const shared = newStoreParts(newBudgets({ state: config.maxState * MEGABYTE, ...parts.budgets }));
  const choice = { name: config.sqlite, mayBeMemory: config.dataFallback === 'memory' };
  const place = await openPlace(config.data, DEFAULT_WORLD, shared, choice);
  const { store, worlds: sharedWorlds, kept: keptWorlds } = place;
  const machine = parts.clock ?? place.clock ?? machineClock();
  const { budgets } = shared;
  const laws = services.map((service) => service.law(config));
  const customs = { settings: config, laws };
  const keys = new Credentials(services);
  const revive = (kept: KeptSeed) => revivedSeed(kept, services, random);
  const images = new Images(machine, shared, customs, keys);
  const documented = new Set<string>();
  const worldsParts = {
    secrets: { key: fingerprintKey(), documented, ofSeeds: new SecretsOfSeeds() },
    ...{ machine, random, signingKey, shared, images, keys, laws },
    revive,
    mode: config.mode,
    most: config.maxWorlds,
  };
  const worlds =
    sharedWorlds === null ? new LocalWorlds(worldsParts, keptWorlds) : new SharedWorlds(worldsParts, sharedWorlds);

  try {
    await beginWorld({ services, worlds, place, seed, random, machine, customs }, config);
    const reopened = await worlds.reopen();
    await makeNamedWorlds(worlds, config.world);
    const world = worlds.default;
    const notices = [
      ...store.notices,
      ...reopened,
      ...exposureNotices(config),
      ...(await seedNotices(world, seed.fingerprint, config)),
    ];
    const publicNames = config.publicUrl === null ? [] : [new URL(config.publicUrl).hostname];
    const hosts = knownHosts([...config.alias, ...publicNames]);
    const hostPatterns = services.flatMap((service) => (service.hosts ?? []).map(({ pattern }) => pattern));
    const server: Server = {
      worlds,
      doors: doorsOf(hosts, hostPatterns),
      identityProvider,
      hosts,
      settings: config,
      laws,
      log: parts.log?.(world.clock) ?? SILENT,
      limits,
      publicUrl: config.publicUrl,
      explain: config.explain,
      fidelity: config.fidelity,
      tripwire: tripwireOf(
        services.flatMap(({ tripwires = [] }) => tripwires),
        budgets.tokens,
      ),
      presenters: services.flatMap(({ presenters = [] }) => presenters),
      reasons: ALL_REASONS,
      gate: gateOf({ hosts, hostPatterns, publicUrl: config.publicUrl, adminToken: config.adminToken }),
      outgoing: new Outgoing(),
      offDocument: parts.offDocument ?? 'report',
    };
    const snapshots = new Snapshots(random, sharedWorlds?.snapshots ?? keptWorlds?.snapshots ?? null, revive);
    const { effective } = parts;
    const { state } = budgets;
    const ports = portsOf({
      server,
      place,
      services,
      worlds,
      snapshots,
      random,
      version,
      effective,
      state,
      routes: () => routes,
    });
    const all = [...services, control(ports)];
    const { app, listen, routes } = await assemble(server, all, limits, parts.documents ?? new Documents(), (names) => {
      for (const name of names) documented.add(name);
    });
    return {
      app,
      world,
      worlds,
      version,
      posture: await postureOf(server, place, config),
      notices,
      listen,
      whoIsThere: async () => castLine(await world.seed(), services),
      readSeed: (file) => seedValueOfFile(file, 'the option `seed`', services),
      close: async () => {
        // The requests that are running are answered, and none of them goes on waiting.
        worlds.tellOver();
        await app.close();
        await worlds.close();
        await place.close();
      },
    };
  } catch (cause) {
    await worlds.close();
    await store.close();
    await place.close();
    throw startFault(cause, config);
  }
}

const MEGABYTE = 1024 * 1024;

/** What the default world begins with. */
interface Beginning {
  readonly services: readonly ServiceDefinition[];
  readonly worlds: Worlds;
  readonly place: Place;
  readonly seed: Seed;
  readonly random: Random;
  readonly machine: Clock;
  readonly customs: Customs;
}

/**
 * Begins the default world: a new store is filled from the seed; a store that already has a world keeps it, unless
 * `reseed`.
 */
async function beginWorld(
  { services, worlds, place, seed, random, machine, customs }: Beginning,
  { reseed }: Config,
): Promise<void> {
  const { store } = place;
  const settled = async (from: Store): Promise<Filled> => {
    // Who opens the console later did not see what was said at the start.
    const findings = from.notices.map((notice): Filled['findings'][number] => ['storage', notice, machine.now()]);
    await settle(from, (...finding) => findings.push(finding), customs, machine.now());
    return { store: from, findings, isNew: false };
  };
  // Of several processes that begin at the same time with the same database, one fills it.
  const made = await store.collections.turns.take(async () => {
    const kept = await seedIn(store.collections);
    if (!reseed && kept !== null) return revivedSeed(kept, services, random);
    await store.collections.load([seedRow(seed), ...(await seed.rows(machine.now()))]);
    return seed;
  });
  await worlds.begin(made, await settled(store));
}

/** What fingerprints of secrets depend on: two servers of one process show the same one for the same secret. */
function fingerprintKey(): string {
  return processWide('fingerprint-key.1', () => systemRandom().base64url(32));
}

/**
 * A failure to store stops the start, as an unusable file does. So does a row that cannot be read, or that holds JSON and
 * not what was written: it is found out where something that should be in it is missing.
 */
function startFault(cause: unknown, { data }: Config): unknown {
  const isMissing = cause instanceof TypeError || cause instanceof RangeError;
  if (data !== null && (cause instanceof Damaged || isMissing)) {
    const said = cause instanceof Damaged ? cause.message : `something in it is not what was stored (${cause.message})`;
    return new Unusable(`--data ${shownData(data)} is damaged: ${said}. It was left as it is; give another file.`, {
      cause,
    });
  }
  return cause instanceof Unwritable ? new Unusable(cause.message, { cause }) : cause;
}

/** @param told is given the names in each document */
async function assemble(
  server: Server,
  services: readonly ServiceDefinition[],
  limits: Limits,
  shelf: Documents,
  told: (names: readonly string[]) => void,
) {
  const { settings } = server;
  const mounted = await Promise.all(
    services.map(async (service): Promise<Mounted> => {
      const law = service.law(settings);
      return { service, law, document: await shelf.open(law.document, preparedDocument) };
    }),
  );
  for (const { document } of mounted) told(document.names);
  const otherVersions = mounted.flatMap(({ document }) => document.otherVersions);
  const routed = mounted.map((one) => ({ mounted: one, routes: routesOf(one) }));
  const routes = new Routes(
    routed.flatMap((one) => one.routes),
    otherVersions,
  );
  const edges = edgesOf(server, services, routes);
  const lines = new Connections(limits);
  const app = makeFastify(edges, new OwnHosts(mounted, server), lines, limits, server);
  for (const { mounted: one, routes: its } of routed) {
    const { document, profile } = one.law;
    const router = shelf.router(`${document} ${profile}`, () => routerOf(one));
    serveOperations(app, one, its, router, server, edges);
  }
  const pages = pagesOn(app, server);
  serveConsole(pages, consoleFile);
  serveDocs(
    pages,
    mounted.map(({ service: { name, title, isSwitchboard = false }, law: { tables, document } }) => {
      return { name, title, tables, isSwitchboard, read: () => documentText(document) };
    }),
    { swaggerUi: swaggerUiFile, scripts: readerFile },
  );
  const listen = prepareToListen(app, lines, server.outgoing);
  await app.ready();
  return { app, listen, routes };
}
