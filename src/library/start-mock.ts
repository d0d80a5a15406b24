import { readOptions } from '../config/config.ts';
import type { ConfigOptions } from '../config/options.ts';
import type { Clock } from '../core/clock.ts';
import { Unusable } from '../core/unusable.ts';
import { nodeRefusal } from '../platform/node-version.ts';
import { checkObject } from './given.ts';
import { inProcessFetch } from './in-process.ts';
import { type Host, type Mock, mockOf } from './world.ts';

/**
 * The options of a mock: the flags of the command, in camel case. Durations are texts such as `15m`, or numbers of
 * milliseconds: `tokenTtl: 3600` is 3.6 seconds. The environment is ignored.
 */
export interface MockOptions extends Omit<ConfigOptions, 'seed' | 'exitWithStdin'> {
  /** A file, `none`, or a world in the form of the cast. Default: the built-in cast. */
  readonly seed?: string | object | null;
  /** False: no socket; `mock.fetch` answers in process. Default: true. */
  readonly listen?: boolean;
}

/**
 * Starts a mock in this process, and resolves once it listens. It does not keep the process running: a test that failed
 * before it stopped the mock ends all the same.
 *
 * @throws Error that names the unusable option and the expected value, or the missing part of the installation
 */
export async function startMock(options: MockOptions = {}): Promise<Mock> {
  checkObject(options, 'startMock', "{ seed: 'seed.yaml' }");
  const refusal = nodeRefusal(process.versions.node);
  if (refusal !== null) throw new Unusable(refusal);
  const { listen = true, seed, ...given } = options;
  const isContent = typeof seed === 'object' && seed !== null;
  const effective = readOptions({ port: 0, logLevel: 'silent', ...given, ...(!isContent && { seed: seed ?? null }) });
  const [{ buildServer }, { lineLog }] = await Promise.all([import('../app/server.ts'), import('../core/log.ts')]);
  const { host, port, logLevel, json } = effective.config;
  const log = (clock: Clock) => lineLog(logLevel, json, clock, (line) => process.stderr.write(line));
  const server = await buildServer({ effective, log, ...(isContent && { seed }) });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= server.close();
    return stopped;
  };
  try {
    const url = listen
      ? (await server.listen(host, port, false)).url
      : `http://localhost${port === 0 ? '' : `:${port}`}`;
    const answer = inProcessFetch(server.app, url);
    const running: Host = {
      url,
      posture: server.posture,
      adminToken: effective.config.adminToken,
      readSeed: server.readSeed,
      isStopped: () => stopped !== undefined,
      fetch: async (...request: Parameters<typeof answer>) => {
        if (stopped !== undefined) throw new Error('The mock was stopped and no longer answers.');
        return answer(...request);
      },
    };
    return await mockOf(running, stop);
  } catch (cause) {
    await stop();
    throw cause;
  }
}
