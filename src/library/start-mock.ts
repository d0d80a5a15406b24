import { readOptions } from '../config/config.ts';
import type { ConfigOptions } from '../config/options.ts';
import type { Cast } from '../contract/cast.ts';
import { UserError } from '../diagnostics/user-error.ts';
import { describeUnsupportedNode } from '../platform/node-version.ts';
import type { Clock } from '../time/clock.ts';
import { checkObject } from './check-arguments.ts';
import { createInProcessFetch } from './in-process.ts';
import { createMock, type Host, type Mock } from './world.ts';

/**
 * The options of a mock: the flags of the command, in camel case. Durations are strings such as `15m`, or numbers in
 * milliseconds: `tokenTtl: 3600` is 3.6 seconds. Environment variables are ignored.
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
 * @throws Error with the invalid option and the expected value, or the missing part of the installation
 */
export async function startMock(options: MockOptions = {}): Promise<Mock> {
  checkObject(options, 'startMock', "{ seed: 'seed.yaml' }");
  const refusal = describeUnsupportedNode(process.versions.node);
  if (refusal !== null) throw new UserError(refusal);
  const { listen = true, seed, tls, ...others } = options;
  const configOptions = { ...others, ...tlsOptions(tls) };
  const isSeedObject = typeof seed === 'object' && seed !== null;
  const effective = readOptions({
    port: 0,
    logLevel: 'silent',
    ...configOptions,
    ...(!isSeedObject && { seed: seed ?? null }),
  });
  const [{ buildServer }, { createLineLog }] = await Promise.all([
    import('../app/server.ts'),
    import('../diagnostics/log.ts'),
  ]);
  const { host, port, httpPort, logLevel, json } = effective.config;
  const log = (clock: Clock) => createLineLog(logLevel, json, clock, (line) => process.stderr.write(line));
  let lossMessage: string | null = null;
  let stopped: Promise<void> | undefined;
  let stop = async () => {};
  const onLost = (reason: string) => {
    lossMessage = `The mock has stopped: ${reason}`;
    stop().catch(() => {});
  };
  const server = await buildServer({ effective, log, onLost, ...(isSeedObject && { seed }) });
  stop = () => {
    stopped ??= server.close();
    return stopped;
  };
  try {
    // A standby isn't ready for tests.
    const { posture } = await server.started();
    const listening = listen ? await server.listen(host, port, false, httpPort) : null;
    const url = listening?.url ?? `${tls ? 'https' : 'http'}://localhost${port === 0 ? '' : `:${port}`}`;
    const fetchInProcess = createInProcessFetch(server.app, url);
    const assertRunning = () => {
      if (lossMessage !== null) throw new Error(lossMessage);
      if (stopped !== undefined) throw new Error('The mock has been stopped.');
    };
    const mockHost: Host = {
      url,
      urls: [url, listening?.httpUrl ?? []].flat(),
      openProductionPort: async (...args) => {
        assertRunning();
        return server.openProductionPort(...args);
      },
      interceptions: new Map(),
      posture,
      ca: server.ca,
      adminToken: effective.config.adminToken,
      readSeed: server.readSeed,
      // All services of this package are present, so the cast is complete.
      castOf: async (world) => {
        const cast = await server.castOf(world);
        return () => cast() as Cast;
      },
      isStopped: () => stopped !== undefined,
      fetch: async (...request: Parameters<typeof fetchInProcess>) => {
        assertRunning();
        return fetchInProcess(...request);
      },
    };
    return await createMock(mockHost, stop);
  } catch (cause) {
    await stop();
    throw cause;
  }
}

function tlsOptions(tls: MockOptions['tls']): ConfigOptions {
  if (typeof tls !== 'object' || tls === null) return { tls: tls ?? false };
  const { cert, key } = tls;
  if (typeof cert === 'string' && typeof key === 'string') return { tlsCert: cert, tlsKey: key };
  throw new UserError(
    'The option `tls` lacks `cert` or `key`. Expected `true`, or `{ cert, key }` with PEM texts or files.',
  );
}
