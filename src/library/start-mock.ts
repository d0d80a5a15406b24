import { readOptions } from '../config.ts';
import type { Clock } from '../core/clock.ts';
import { nodeRefusal } from '../core/node-version.ts';
import { Unusable } from '../core/unusable.ts';
import type { ConfigOptions } from '../options.ts';
import type { Cast, Switchboard } from './client.ts';
import { switchboard } from './client.ts';
import { inProcessFetch } from './in-process.ts';

/** What a mock is started with: the flags of the command, in camel case. The environment does not count. */
export interface MockOptions extends Omit<ConfigOptions, 'seed' | 'exitWithStdin'> {
  /** A file, `none`, or a world in the form of the cast. Default: the built-in cast. */
  readonly seed?: string | object | null;
  /** False: no socket; `mock.fetch` answers in process. Default: true. */
  readonly listen?: boolean;
}

/** A running mock. `await using mock = await startMock()` stops it at the end of the block. */
export interface Mock extends Omit<Switchboard, 'readCast'>, AsyncDisposable {
  /** Scheme, host and port; without a socket a base that `fetch` of the mock understands. */
  readonly url: string;
  /** Who is who, with credentials; of the seed. */
  readonly cast: Cast;
  /** One line: which state, which versions. */
  readonly posture: string;
  /** Answers in process, whether there is a socket or not. Any host name will do: `https://acme.run.ai/api/v1/token`. */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** Running requests finish. Can be called again. */
  stop(): Promise<void>;
}

/**
 * Starts a mock in this process; resolves when it listens.
 *
 * @throws Error saying which option cannot be used and what was expected, or what the installation lacks
 */
export async function startMock(options: MockOptions = {}): Promise<Mock> {
  const refusal = nodeRefusal(process.versions.node);
  if (refusal !== null) throw new Unusable(refusal);
  const { listen = true, seed, ...given } = options;
  const isContent = typeof seed === 'object' && seed !== null;
  const effective = readOptions({ port: 0, logLevel: 'silent', ...given, ...(!isContent && { seed: seed ?? null }) });
  const [{ buildServer }, { lineLog }] = await Promise.all([import('../app/server.ts'), import('../log.ts')]);
  const { host, port, logLevel, json } = effective.config;
  const log = (clock: Clock) => lineLog(logLevel, json, clock, (line) => process.stderr.write(line));
  const server = await buildServer({ effective, log, ...(isContent && { seed }) });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= server.close();
    return stopped;
  };
  try {
    const url = listen ? (await server.listen(host, port)).url : `http://localhost${port === 0 ? '' : `:${port}`}`;
    const fetch = inProcessFetch(server.app, url);
    const { readCast, ...board } = switchboard(fetch, effective.config.adminToken);
    return {
      ...board,
      url,
      cast: await readCast(),
      posture: server.posture,
      fetch,
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (cause) {
    await stop();
    throw cause;
  }
}
