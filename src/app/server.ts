import type { FastifyInstance } from 'fastify';
import type { World } from '../contract/world.ts';
import type { Ruleset } from '../decisions/ruleset.ts';
import { AnswerRoom } from '../http/answer-room.ts';
import { serveCaCertificate } from '../http/ca-certificate.ts';
import { createRouter, ownHostsOf } from '../http/mount.ts';
import { DOCUMENTS } from '../http/openapi.ts';
import { createWorldAddresses } from '../http/request-address.ts';
import type { Routes } from '../http/routes.ts';
import { RequestCounts, type Server } from '../http/server.ts';
import { registerService } from '../http/service.ts';
import { OpenStreams } from '../http/streams.ts';
import { Connections } from '../http/transport/connections.ts';
import { createFastify } from '../http/transport/fastify.ts';
import { createLimits, type Limits } from '../http/transport/limits.ts';
import { type Listen, prepareToListen } from '../http/transport/listen.ts';
import { CrossOrigin, createOriginGuard } from '../http/transport/origins.ts';
import { createProductionPorts, type OpenProductionPort } from '../http/transport/production-port.ts';
import { UnroutedRequests } from '../http/unrouted-requests.ts';
import { createKnownHosts } from '../lib/hosts.ts';
import { computeMaxAnswerBytes, computeMaxStateBytes } from '../lib/memory.ts';
import { createControlService } from '../services/control/index.ts';
import { ALL_REASONS, mapVendorHosts } from '../services/index.ts';
import { createTripwire } from '../tokens/tripwire.ts';
import type { Worlds } from '../worlds/registry.ts';
import { createCast, readSeedValue, summarizeSeed } from '../worlds/seed/index.ts';
import { describeConfiguration } from './config.ts';
import { type Inputs, readInputs, SEED_OPTION, type ServerParts } from './inputs.ts';
import { describePosture, listExposureNotices, listHeapNotices } from './notices.ts';
import { checkNamedWorlds, type OpenWorlds, openWorlds, toStartupError } from './open-worlds.ts';
import { createAllRoutes, openServices, servePages } from './services.ts';
import type { Tls } from './tls/index.ts';
import { checkTlsOptions, createTls, offersTls } from './tls.ts';

export interface StartupInfo {
  readonly notices: readonly string[];
  readonly posture: string;
  /** The cast: a summary of the identities in the default world's seed, such as `2 users, 1 application, no NGC keys`. */
  readonly cast: string;
  /** Whether the default world has the built-in seed, which has public credentials. */
  readonly usesBuiltInSeed: boolean;
}

export interface MockServer {
  readonly app: FastifyInstance;
  readonly world: World;
  readonly worlds: Worlds;
  readonly version: string;
  readonly startup: StartupInfo;
  /** The certificate of the server's own authority as PEM, or null. */
  readonly caCertificate: string | null;
  readonly listen: Listen;
  /** Opens a port that emulates the vendors' hosts, for requests of this process. */
  readonly openProductionPort: OpenProductionPort;
  readonly routes: Routes;
  /** Reads a seed file on this machine into a value for the control API. @throws UserError with all errors */
  readSeed(file: string): Promise<object>;
  /** Returns a function that creates the cast of a world, without the bearers that `GET /_mock/cast` adds. */
  castOf(world: string): Promise<() => object>;
  /** Loads the libraries that validate requests, which the first request with input would wait for. */
  loadValidators(): Promise<void>;
  close(): Promise<void>;
}

/** Creates a server, not yet listening. Waits for its data. @throws UserError if the configuration cannot be used */
export async function buildServer(parts: ServerParts): Promise<MockServer> {
  const { config } = parts.effective;
  checkNamedWorlds(config);
  checkTlsOptions(config);
  const inputs = await readInputs(parts);
  const rulesets = inputs.services.map((service) => service.rules.selectRuleset(config));
  const openedWorlds = await openWorlds(parts, inputs, rulesets);
  try {
    const tls = await createTls(config, openedWorlds.worlds.default.store.state);
    return await assemble(parts, inputs, openedWorlds, rulesets, tls);
  } catch (cause) {
    await openedWorlds.close();
    throw toStartupError(cause, config);
  }
}

async function assemble(
  parts: ServerParts,
  inputs: Inputs,
  openedWorlds: OpenWorlds,
  rulesets: readonly Ruleset[],
  tls: Tls | null,
): Promise<MockServer> {
  const { effective, documents = DOCUMENTS } = parts;
  const { services, version } = inputs;
  const { worlds } = openedWorlds;
  const limits = createLimits(parts.limits);
  const server = createServer(parts, inputs, openedWorlds, rulesets, limits);
  const { storage, memory, snapshots, notices } = openedWorlds;
  const control = createControlService({
    server,
    version,
    configuration: describeConfiguration(effective),
    posture: () => describePosture(server, storage.info),
    storage,
    memory,
    worlds,
    snapshots,
    routes: () => routes,
  });
  const mounted = await openServices([...services, control], server, documents);
  const routes = createAllRoutes(mounted);

  const unrouted = new UnroutedRequests(server, mounted, routes);
  const connections = new Connections(limits);
  const app = createFastify({
    server,
    unrouted,
    connections,
    limits,
    ownHosts: mounted.flatMap(({ service }) => ownHostsOf(service)),
    createTlsServer: tls?.createServer ?? null,
  });
  for (const mountedService of mounted) {
    const { document, profile } = mountedService.ruleset;
    const router = documents.getRouter(`${document} ${profile}`, () => createRouter(mountedService));
    app.register(registerService, { mounted: mountedService, routes, router, unrouted });
  }
  app.register(servePages, { mounted });
  if (tls?.ca) app.register(serveCaCertificate, { certificate: tls.ca });
  const prepared = prepareToListen(app, connections, server.streams);
  const listen: Listen = async (...args) => {
    const listening = await prepared(...args);
    server.ownUrl ??= listening.url;
    return listening;
  };
  const openProductionPort = createProductionPorts(app, connections);
  await app.ready();
  const { config } = effective;
  const seed = await worlds.default.seed();

  return {
    app,
    version,
    routes,
    listen,
    openProductionPort,
    caCertificate: tls?.ca ?? null,
    world: worlds.default,
    worlds,
    startup: {
      notices: [...notices, ...listExposureNotices(config), ...listHeapNotices(config, computeMaxStateBytes())],
      posture: await describePosture(server, storage.info),
      cast: summarizeSeed(seed, services),
      usesBuiltInSeed: seed.origin === 'built-in',
    },
    readSeed: (file) => readSeedValue(file, SEED_OPTION, services),
    castOf: async (id) => {
      const { world } = worlds.entry(id);
      return () => createCast(world, services);
    },
    loadValidators: () => documents.load(),
    close: async () => {
      // Let running requests finish, but end everything that waits for events.
      openedWorlds.announceEnd();
      await app.close();
      await openedWorlds.close();
    },
  };
}

function createServer(
  { effective: { config }, offDocument }: ServerParts,
  { services, identityProvider, trustedIssuers, random }: Inputs,
  { worlds, log }: OpenWorlds,
  rulesets: readonly Ruleset[],
  limits: Limits,
): Server {
  const { alias, publicUrl, explain, strict, adminToken } = config;
  const crossOrigin = new CrossOrigin(config.cors);
  const publicNames = publicUrl === null ? [] : [new URL(publicUrl).hostname];
  const hosts = createKnownHosts([...alias, ...publicNames], mapVendorHosts());
  const serviceHosts = services.flatMap((definition) => definition.hosts ?? []);
  const hostPatterns = serviceHosts.map(({ pattern }) => pattern);
  const tripwires = services.flatMap((definition) => definition.credentials?.tripwires ?? []);
  return {
    worlds,
    services,
    random,
    settings: config,
    rulesets,
    identityProvider,
    trustedIssuers,
    hosts,
    publicUrl,
    ownUrl: publicUrl,
    isTls: offersTls(config),
    limits,
    log,
    explain,
    strict,
    offDocument: offDocument ?? (strict ? 'report' : 'off'),
    addresses: createWorldAddresses(hosts, serviceHosts),
    originGuard: createOriginGuard({ hosts, hostPatterns, publicUrl, adminToken, crossOrigin }),
    crossOrigin,
    streams: new OpenStreams(),
    answerRoom: new AnswerRoom(computeMaxAnswerBytes()),
    counts: new RequestCounts(),
    tripwire: createTripwire(tripwires),
    extractors: services.flatMap(({ credentials }) => credentials?.extractors ?? []),
    reasons: ALL_REASONS,
  };
}
