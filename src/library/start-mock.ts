import { type EffectiveConfig, readOptions, readSharedServer } from '../app/config.ts';
import type { ConfigOptions } from '../app/options.ts';
import type { MockServer } from '../app/server.ts';
import type { Cast } from '../contract/cast.ts';
import type { Clock } from '../lib/clock.ts';
import { UserError } from '../lib/errors.ts';
import { describeUnsupportedNode } from '../lib/node-version.ts';
import { checkObject } from './check-arguments.ts';
import { createInProcessFetch } from './in-process.ts';
import { createMock, type Mock } from './mock.ts';

/**
 * The options of a mock: the flags of the command, in camel case. Durations are strings with a unit, such as `15m`.
 * Environment variables are ignored.
 */
export interface MockOptions extends Omit<ConfigOptions, 'seed' | 'exitWithStdin' | 'tls' | 'tlsCert' | 'tlsKey'> {
  /** https: true generates certificates (the CA is `mock.ca`); or a certificate and its key, as PEM texts or files. */
  readonly tls?: boolean | { readonly cert: string; readonly key: string } | null;
  /** A file, `none`, or a seed in the form of the cast. Default: the built-in cast. */
  readonly seed?: string | object | null;
  /** False: no socket, `mock.fetch` responds in process. Default: true. */
  readonly listen?: boolean;
}

/**
 * Starts a mock in this process and resolves once it listens. It doesn't keep the process running, so a failed test
 * that didn't stop the mock still ends.
 *
 * @throws Error with the invalid option and the expected value, or the missing part of the installation; with the reason
 * if its database was away, or in use by another process, for ten seconds
 */
export async function startMock(options: MockOptions = {}): Promise<Mock> {
  checkObject(options, 'startMock', "{ seed: 'seed.yaml' }");
  const nodeProblem = describeUnsupportedNode(process.versions.node);
  if (nodeProblem !== null) throw new UserError(nodeProblem);
  const { listen = true, seed, tls, ...configOptions } = options;
  const seedValue = typeof seed === 'object' && seed !== null ? seed : undefined;
  const effective = readOptions({
    port: 0,
    logLevel: 'silent',
    ...configOptions,
    ...toTlsOptions(tls),
    ...(typeof seed === 'string' && { seed }),
  });
  return startServer(effective, seedValue, listen);
}

/** Starts the server, which stops itself if it loses its session with the database. */
async function startServer(effective: EffectiveConfig, seed: object | undefined, shouldListen: boolean): Promise<Mock> {
  // Loaded on demand, so that an unsupported version of Node is explained before an import of the server fails.
  const [{ buildServer }, { createLineLog }] = await Promise.all([import('../app/server.ts'), import('../lib/log.ts')]);
  const { config } = effective;
  const log = (clock: Clock) =>
    createLineLog(config.logLevel, config.json, clock, (line) => process.stderr.write(line));
  let built: MockServer | null = null;
  let lossMessage: string | null = null;
  let stopped: Promise<void> | null = null;
  const stop = async () => {
    stopped ??= built?.close() ?? null;
    await stopped;
  };
  const onLost = (reason: string) => {
    lossMessage = `The mock has stopped: ${reason}`;
    // Nobody waits for this stop, but a later call of `stop` gets its error. Stops nothing if the server is not built yet.
    stop().catch(() => {});
  };
  const assertRunning = () => {
    if (lossMessage !== null) throw new Error(lossMessage);
    if (stopped !== null) throw new Error('The mock has been stopped.');
  };
  const server = await buildServer({ effective, log, onLost, ...(seed !== undefined && { seed }) });
  built = server;
  try {
    const { host, port, httpPort } = config;
    const listening = shouldListen ? await server.listen(host, port, false, httpPort) : null;
    const scheme = config.tls || config.tlsCert !== null ? 'https' : 'http';
    const url = listening?.url ?? `${scheme}://localhost${port === 0 ? '' : `:${port}`}`;
    const httpUrl = listening?.httpUrl ?? null;
    const fetchInProcess = createInProcessFetch(server.app, url);
    return await createMock({
      url,
      urls: httpUrl === null ? [url] : [url, httpUrl],
      openProductionPort: async (...args) => {
        assertRunning();
        return server.openProductionPort(...args);
      },
      interceptions: new Map(),
      posture: server.startup.posture,
      ca: server.caCertificate,
      adminToken: config.adminToken,
      readSeed: server.readSeed,
      castOf: async (world) => {
        const cast = await server.castOf(world);
        // All services of this package are present, so the cast is complete.
        return () => cast() as Cast;
      },
      fetch: async (input, init) => {
        assertRunning();
        return fetchInProcess(input, init);
      },
      stop,
      isStopped: () => stopped !== null,
    });
  } catch (cause) {
    await stop();
    throw cause;
  }
}

/** Returns the option `tls` as options of the command. @throws UserError if a part of it is missing */
function toTlsOptions(tls: MockOptions['tls']): ConfigOptions {
  if (typeof tls !== 'object' || tls === null) return { tls: tls ?? false };
  const { cert, key } = tls;
  if (typeof cert === 'string' && typeof key === 'string') return { tlsCert: cert, tlsKey: key };
  throw new UserError(
    'The option `tls` lacks `cert` or `key`. Expected `true`, or `{ cert, key }` with PEM texts or files.',
  );
}

/** Returns the mock of a test file: with the default options, that of the server that the run shares, if it shares one. */
export async function startSuiteMock(options: MockOptions, areDefault: boolean): Promise<Mock> {
  const shared = areDefault ? readSharedServer() : null;
  if (shared === null) return startMock(options);
  // Loaded on demand, because it loads Node's HTTP client.
  const { connectMock } = await import('./suite/connect-mock.ts');
  return connectMock(shared);
}
