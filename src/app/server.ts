import type { FastifyInstance } from 'fastify';
import { createKnownHosts } from '../addresses/hosts.ts';
import type { Config } from '../config/options.ts';
import type { World } from '../contract/world.ts';
import { createTripwire } from '../credentials/tripwire.ts';
import { serveCaCertificate } from '../http/authority.ts';
import { OperationHosts } from '../http/hosts.ts';
import { createRouter, ownHostsOf } from '../http/mount.ts';
import { DOCUMENTS } from '../http/openapi.ts';
import type { Routes } from '../http/routes.ts';
import type { Server } from '../http/server.ts';
import { registerService } from '../http/service.ts';
import { createWorldAddresses } from '../http/steps/select-world.ts';
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
  /** A summary of the identities in the default world's seed, such as `2 users, 1 application, no NGC keys`. */
  readonly cast: string;
  /** Whether that seed is the built-in one, which has public credentials. */
  readonly isBuiltIn: boolean;
}

export interface MockServer {
  readonly app: FastifyInstance;
  /** The default world. @throws before the process owns the worlds */
  readonly world: World;
  readonly worlds: Worlds;
  readonly version: string;
  /** Resolves when the process owns the worlds. @throws UserError if they cannot be used */
  started(): Promise<StartupInfo>;
  /** The certificate of the server's own authority as PEM, or null. */
  readonly ca: string | null;
  readonly listen: Listen;
  readonly openProductionPort: OpenProductionPort;
  /** The operations of all services. */
  readonly routes: Routes;
  /**
   * Reads a seed file on this machine into a value for the control API.
   *
   * @throws UserError with all errors
   */
  readSeed(file: string): Promise<object>;
  /** Returns a function that creates the cast of a world, without the bearers that `GET /_mock/cast` adds. */
  castOf(world: string): Promise<() => object>;
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
  const open = await openWorlds(parts, inputs);
  try {
    return await assemble(parts, inputs, open, await openTls(config, open));
  } catch (cause) {
    await open.process.close();
    throw toStartupError(cause, config);
  }
}

async function openTls(config: Config, { storage, process, authority: stored }: OpenWorlds): Promise<Tls | null> {
  // With https and no stored authority, even a standby has to wait until it is allowed to create one.
  if (offersTls(config) && storage.kind === 'postgres' && stored === null) await process.started;
  return createTls(config, storage.kind, stored, () => process.worlds.default.store.state);
}

async function assemble(parts: ServerParts, inputs: Inputs, open: OpenWorlds, tls: Tls | null): Promise<MockServer> {
  const { effective, documents = DOCUMENTS } = parts;
  const { config } = effective;
  const { services, control, random, version } = inputs;
  const { process, storage, shared } = open;
  const limits = createLimits(parts.limits);
  const server = createServer(parts, inputs, open, limits);

  const ports = createPorts({
    server,
    effective,
    storage,
    process,
    services,
    random,
    version,
    memory: shared.memory,
    routes: () => routes,
  });
  const mounted = await openServices([...services, control(ports)], server, documents);
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
    ca: tls?.ca ?? null,
    get world() {
      return process.worlds.default;
    },
    get worlds() {
      return process.worlds;
    },
    started: async () => {
      const notices = await process.started.catch((cause) => {
        throw toStartupError(cause, config);
      });
      const seed = await process.worlds.default.seed();
      return {
        notices: [...notices, ...listExposureNotices(config), ...listHeapNotices(config, computeMaxStateBytes())],
        posture: await describePosture(server, storage, config),
        cast: summarizeSeed(seed, services),
        isBuiltIn: seed.origin === 'built-in',
      };
    },
    readSeed: (file) => readSeedValue(file, SEED_OPTION, services),
    castOf: ports.worlds.readCast,
    close: async () => {
      // Let running requests finish, but end everything that waits for events.
      process.announceEnd();
      await app.close();
      await server.metrics.end();
      await process.close();
    },
  };
}

/** Creates the parts of the server shared by all requests. */
function createServer(
  { effective: { config }, offDocument }: ServerParts,
  { services, identityProvider, trustedIssuers, random }: Inputs,
  { process, log, customs, shared }: OpenWorlds,
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
      return process.worlds;
    },
    waiting: () => process.waiting,
    random,
    settings: config,
    rulesets: customs.rulesets,
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
