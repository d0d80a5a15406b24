import type { FastifyInstance } from 'fastify';
import { createKnownHosts } from '../addresses/hosts.ts';
import type { Config } from '../config/options.ts';
import type { World } from '../contract/world.ts';
import { createTripwire } from '../credentials/tripwire.ts';
import { serveCaCertificate } from '../http/ca-certificate.ts';
import { createRouter, ownHostsOf } from '../http/mount.ts';
import { DOCUMENTS } from '../http/openapi.ts';
import { createWorldAddresses, OperationHosts } from '../http/request-address.ts';
import type { Routes } from '../http/routes.ts';
import type { Server } from '../http/server.ts';
import { registerService } from '../http/service.ts';
import { OpenStreams } from '../http/streams.ts';
import { Connections } from '../http/transport/connections.ts';
import { createFastify } from '../http/transport/fastify.ts';
import { createLimits, type Limits } from '../http/transport/limits.ts';
import { type Listen, prepareToListen } from '../http/transport/listen.ts';
import { CrossOrigin, createOriginGuard } from '../http/transport/origins.ts';
import { createProductionPorts, type OpenProductionPort } from '../http/transport/production-port.ts';
import { UnroutedRequests } from '../http/unrouted-requests.ts';
import { Metrics } from '../metrics/metrics.ts';
import { computeMaxStateBytes } from '../platform/max-state.ts';
import { readSeedValue, summarizeSeed } from '../seed/index.ts';
import { ALL_REASONS, listVendorHosts } from '../services/index.ts';
import type { Tls } from '../tls/index.ts';
import type { Worlds } from '../worlds/registry.ts';
import { type Inputs, readInputs, SEED_OPTION, type ServerParts } from './inputs.ts';
import { checkNamedWorlds } from './named-worlds.ts';
import { describePosture, listExposureNotices, listHeapNotices } from './notices.ts';
import { type OpenWorlds, openWorlds, toStartupError } from './open-worlds.ts';
import { createPorts } from './ports.ts';
import { createAllRoutes, openServices, servePages } from './services.ts';
import { refuseSnapshotWithSeed } from './snapshot-option.ts';
import { checkTlsOptions, createTls, offersTls } from './tls.ts';

/** Facts about a server that are known once its process owns the worlds. */
export interface StartupInfo {
  /** Notices for the user who starts the server. */
  readonly notices: readonly string[];
  /** One line about the server's state and versions. */
  readonly posture: string;
  /** The cast: a summary of the identities in the default world's seed, such as `2 users, 1 application, no NGC keys`. */
  readonly cast: string;
  /** Whether the default world has the built-in seed, which has public credentials. */
  readonly usesBuiltInSeed: boolean;
}

/** A server with everything that the command and the library use. */
export interface MockServer {
  readonly app: FastifyInstance;
  /** The default world. @throws Error before the process owns the worlds */
  readonly world: World;
  readonly worlds: Worlds;
  readonly version: string;
  /** Resolves when the process owns the worlds. @throws UserError if they cannot be used */
  started(): Promise<StartupInfo>;
  /** The certificate of the server's own authority as PEM, or null. */
  readonly caCertificate: string | null;
  /** Starts listening on the main port. */
  readonly listen: Listen;
  /** Opens a port that emulates the vendors' hosts, for requests of this process. */
  readonly openProductionPort: OpenProductionPort;
  /** The operations of all services. */
  readonly routes: Routes;
  /**
   * Reads a seed file on this machine into a value for the control API.
   *
   * @throws UserError with all errors
   */
  readSeed(file: string): Promise<object>;
  /**
   * Returns a function that creates the cast of a world: its identities with their credentials, without the bearers that
   * `GET /_mock/cast` adds.
   */
  castOf(world: string): Promise<() => object>;
  /** Stops the server after running requests finish. */
  close(): Promise<void>;
}

/**
 * Creates a server with its world, not yet listening.
 *
 * @throws UserError if a file or a value in the configuration cannot be used
 */
export async function buildServer(parts: ServerParts): Promise<MockServer> {
  const { config } = parts.effective;
  checkNamedWorlds(config);
  refuseSnapshotWithSeed(config, parts.seed);
  checkTlsOptions(config);
  const inputs = await readInputs(parts);
  const openedWorlds = await openWorlds(parts, inputs);
  try {
    const tls = await openTls(config, openedWorlds);
    return await assemble(parts, inputs, openedWorlds, tls);
  } catch (cause) {
    await openedWorlds.processWorlds.close();
    throw toStartupError(cause, config);
  }
}

/** Creates the parts for https; null without https. */
async function openTls(config: Config, { storage, processWorlds, authority }: OpenWorlds): Promise<Tls | null> {
  // With https and no stored authority, even a standby has to wait until it is allowed to create one.
  if (offersTls(config) && storage.kind === 'postgres' && authority === null) await processWorlds.started;
  return createTls(config, storage.kind, authority, () => processWorlds.worlds.default.store.state);
}

/** Connects the opened parts, and registers everything that the server serves. */
async function assemble(
  parts: ServerParts,
  inputs: Inputs,
  openedWorlds: OpenWorlds,
  tls: Tls | null,
): Promise<MockServer> {
  const { effective, documents = DOCUMENTS } = parts;
  const { services, control, random, version } = inputs;
  const { processWorlds, storage, shared } = openedWorlds;
  const limits = createLimits(parts.limits);
  const server = createServer(parts, inputs, openedWorlds, limits);
  const controlPorts = createPorts({
    server,
    effective,
    storage,
    processWorlds,
    services,
    random,
    version,
    memory: shared.memory,
    // Created below from the control API, which needs these ports.
    routes: () => routes,
  });
  const mounted = await openServices([...services, control(controlPorts)], server, documents);
  const routes = createAllRoutes(mounted);

  const unrouted = new UnroutedRequests(server, mounted, routes);
  const connections = new Connections(limits);
  const app = createFastify({
    server,
    unrouted,
    connections,
    limits,
    ownHosts: new OperationHosts(mounted.flatMap((mountedService) => ownHostsOf(mountedService.service))),
    createTlsServer: tls?.createServer ?? null,
  });
  for (const mountedService of mounted) {
    const { document, profile } = mountedService.ruleset;
    const router = documents.getRouter(`${document} ${profile}`, () => createRouter(mountedService));
    app.register(registerService, { mounted: mountedService, routes, router, unrouted });
  }
  app.register(servePages, { mounted });
  if (tls?.ca) app.register(serveCaCertificate, { certificate: tls.ca });
  const listen = prepareToListen(app, connections, server.streams);
  const openProductionPort = createProductionPorts(app, connections);
  await app.ready();

  return {
    app,
    version,
    routes,
    listen,
    openProductionPort,
    caCertificate: tls?.ca ?? null,
    get world() {
      return processWorlds.worlds.default;
    },
    get worlds() {
      return processWorlds.worlds;
    },
    started: () => readStartupInfo(effective.config, server, services, openedWorlds),
    readSeed: (file) => readSeedValue(file, SEED_OPTION, services),
    castOf: controlPorts.worlds.readCast,
    close: async () => {
      // Let running requests finish, but end everything that waits for events.
      processWorlds.announceEnd();
      await app.close();
      await server.metrics.end();
      await processWorlds.close();
    },
  };
}

/** Waits until the process owns the worlds, and returns what is known from then on. @throws UserError if they cannot be used */
async function readStartupInfo(
  config: Config,
  server: Server,
  services: Inputs['services'],
  { processWorlds, storage }: OpenWorlds,
): Promise<StartupInfo> {
  const notices = await processWorlds.started.catch((cause) => {
    throw toStartupError(cause, config);
  });
  const seed = await processWorlds.worlds.default.seed();
  return {
    notices: [...notices, ...listExposureNotices(config), ...listHeapNotices(config, computeMaxStateBytes())],
    posture: await describePosture(server, storage, config),
    cast: summarizeSeed(seed, services),
    usesBuiltInSeed: seed.origin === 'built-in',
  };
}

/** Creates the parts of the server shared by all requests. */
function createServer(
  { effective: { config }, offDocument }: ServerParts,
  { services, identityProvider, trustedIssuers, random }: Inputs,
  { processWorlds, log, finishing, shared }: OpenWorlds,
  limits: Limits,
): Server {
  const { alias, publicUrl, explain, strict, fidelity, adminToken } = config;
  const crossOrigin = new CrossOrigin(config.cors);
  const publicNames = publicUrl === null ? [] : [new URL(publicUrl).hostname];
  const hosts = createKnownHosts([...alias, ...publicNames], listVendorHosts());
  const serviceHosts = services.flatMap((definition) => definition.hosts ?? []);
  const hostPatterns = serviceHosts.map(({ pattern }) => pattern);
  const tripwires = services.flatMap((definition) => definition.credentials?.tripwires ?? []);
  return {
    get worlds() {
      return processWorlds.worlds;
    },
    waiting: () => processWorlds.waiting,
    random,
    settings: config,
    rulesets: finishing.rulesets,
    identityProvider,
    trustedIssuers,
    hosts,
    publicUrl,
    isTls: offersTls(config),
    limits,
    log,
    explain,
    strict,
    fidelity,
    offDocument: offDocument ?? (strict ? 'report' : 'off'),
    addresses: createWorldAddresses(hosts, serviceHosts),
    originGuard: createOriginGuard({ hosts, hostPatterns, publicUrl, adminToken, crossOrigin }),
    crossOrigin,
    streams: new OpenStreams(),
    metrics: new Metrics(shared.commits),
    tripwire: createTripwire(tripwires),
    extractors: services.flatMap(({ credentials }) => credentials?.extractors ?? []),
    reasons: ALL_REASONS,
  };
}
