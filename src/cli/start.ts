import { type EffectiveConfig, type FlagTexts, isDumbTerminal, readConfig } from '../app/config.ts';
import type { Config } from '../app/options.ts';
import type { MockServer } from '../app/server.ts';
import { locatePackage } from '../lib/assets.ts';
import type { Clock } from '../lib/clock.ts';
import { createLineLog, type Log } from '../lib/log.ts';
import { setTimeout } from '../lib/time.ts';
import { formatFirstSteps } from './first-steps.ts';
import { handleSignals } from './signals.ts';
import { createTerminalLog, type Terminal } from './terminal-log.ts';

/** The exit code of a process that has lost its session with the database; a restart may help (EX_TEMPFAIL in sysexits.h). */
const EXIT_LOST = 75;

type Listening = Awaited<ReturnType<MockServer['listen']>>;

/** Starts the server and resolves once it is ready. The server stops on SIGTERM or SIGINT. */
export async function startServer(flags: FlagTexts): Promise<void> {
  const effective = await readConfig(flags);
  const { config } = effective;
  const { host, port, httpPort, json, exitWithStdin } = config;
  // Loaded after validating the configuration, so that a rejected start ends sooner.
  const { buildServer } = await import('../app/server.ts');
  const log = (clock: Clock) => createLog(effective, clock);
  let server: MockServer | null = null;
  let isStoppable = false;
  const allowStop = () => {
    // A process that waits has nothing to finish.
    if (!isStoppable) stopOnSignals(async () => server?.close(), exitWithStdin);
    isStoppable = true;
  };
  const onWait = (reason: string) => {
    allowStop();
    process.stderr.write(`nv-auth-mock: waiting: ${reason}\n`);
  };
  const onLost = (why: string) => {
    process.stderr.write(`nv-auth-mock: ${why} Restart this server.\n`);
    // Immediately, because responses in progress may be out of date.
    process.exit(EXIT_LOST);
  };
  server = await buildServer({ effective, log, onWait, onLost });
  try {
    const listening = await server.listen(host, port, true, httpPort);
    allowStop();
    if (json) {
      // The notices are in the log, because there is no banner.
      for (const notice of server.startup.notices) log(server.world.clock).warn(notice);
      process.stdout.write(formatReadyEvent(server, listening, config));
    } else {
      process.stdout.write(await formatBanner(server, listening, config));
    }
    loadWhenIdle(server);
  } catch (cause) {
    await server.close();
    throw cause;
  }
}

/** The time in milliseconds after which a ready server counts as idle: longer than the first health check takes. */
const IDLE_MS = 200;

function loadWhenIdle(server: MockServer): void {
  // If it fails, so does the first request, which reports it.
  setTimeout(() => server.loadValidators().catch(() => undefined), IDLE_MS).unref();
}

/** Creates the server's log: on a terminal, one row per request, unless the user chose a format or a level. */
function createLog({ config: { json, logLevel }, origins }: EffectiveConfig, clock: Clock): Log {
  const lineLog = createLineLog(logLevel, json, clock, (line) => process.stderr.write(line));
  const usesLines = !process.stderr.isTTY || json || origins.logLevel !== 'default';
  return usesLines ? lineLog : createTerminalLog(lineLog, createTerminal());
}

function createTerminal(): Terminal {
  const { stdout, stderr } = process;
  return {
    write: (text) => {
      stderr.write(text);
    },
    hasColors: stderr.hasColors(),
    canMoveCursor: !isDumbTerminal(),
    get columns() {
      return stderr.columns;
    },
    get writtenBytes() {
      // On a terminal, standard output moves the cursor as well.
      return stderr.bytesWritten + (stdout.isTTY ? stdout.bytesWritten : 0);
    },
  };
}

function formatReadyEvent(
  { version }: MockServer,
  { url, httpUrl, port }: Listening,
  { world: worlds }: Config,
): string {
  const event = {
    event: 'ready',
    url,
    port,
    pid: process.pid,
    version,
    ...(httpUrl !== null && { httpUrl }),
    ...(worlds.length > 0 && { worlds }),
  };
  return `${JSON.stringify(event)}\n`;
}

/** Returns the banner. The ready line comes last, once the server is seeded and listening. */
async function formatBanner(server: MockServer, listening: Listening, config: Config): Promise<string> {
  const { version, caCertificate } = server;
  const { posture, notices, cast, usesBuiltInSeed } = server.startup;
  const { url, httpUrl, port } = listening;
  const startedServer = {
    url,
    port,
    host: config.host,
    folder: process.cwd(),
    home: await locatePackage(),
    cast: usesBuiltInSeed ? (await server.castOf('default'))() : null,
    // The first process of a container has the id 1.
    isContainer: process.pid === 1,
  };
  const lines = [
    `nv-auth-mock ${version}`,
    posture,
    `cast: ${cast}`,
    `console: ${url}/   credentials: ${url}/_mock/cast   refusals: ${url}/_mock/decisions   documents: ${url}/docs`,
    ...(caCertificate === null ? [] : [`certificate to trust: ${url}/_mock/ca.pem`]),
    ...(httpUrl === null ? [] : [`http: ${httpUrl}`]),
    ...formatWorlds(listening, config),
    ...notices.map((notice) => `note: ${notice}`),
    ...formatFirstSteps(startedServer),
    `nv-auth-mock ready on ${url}`,
  ];
  return `${lines.join('\n')}\n`;
}

const MAX_LISTED_WORLDS = 20;

/** Returns the line about the requested worlds and their addresses; host names only if this machine's names reach them. */
function formatWorlds({ port, url }: Listening, { world: ids, host }: Config): string[] {
  if (ids.length === 0) return [];
  const more = ids.length > MAX_LISTED_WORLDS ? `, and ${ids.length - MAX_LISTED_WORLDS} more` : '';
  const isLocal = ['localhost', '::1', '::', '0.0.0.0'].includes(host) || host.startsWith('127.');
  const byHost = isLocal ? `, at ${new URL(url).protocol}//<id>.localhost:${port}` : '';
  return [
    `worlds: ${ids.slice(0, MAX_LISTED_WORLDS).join(', ')}${more}; each at /w/<id>${byHost}, or selected by its credentials`,
  ];
}

/** Stops on the first signal or, if configured, at the end of standard input; a second signal exits immediately. */
function stopOnSignals(close: () => Promise<void>, exitWithStdin: boolean): void {
  const stopServer = () =>
    close().then(
      () => process.exit(0),
      (cause: unknown) => {
        process.stderr.write(`nv-auth-mock: stopping failed: ${String(cause)}\n`);
        process.exit(1);
      },
    );
  const stop = handleSignals(stopServer, () => process.exit(1));
  if (exitWithStdin) process.stdin.once('end', stop).once('error', stop).resume();
}
