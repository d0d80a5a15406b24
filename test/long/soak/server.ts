import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { DRIVER_FLAGS } from '../../support/driver.ts';

const MAIN = fileURLToPath(new URL('../../../dist/main.cjs', import.meta.url));
const PROBE = fileURLToPath(new URL('./probe.mjs', import.meta.url));

/** The maximum number of characters of stderr that are kept, from its end. */
const MAX_STDERR_LENGTH = 4000;
/** The line of stdout with the URL of a server that is ready. */
const READY_LINE = /"event":"ready","url":"(?<url>[^"]+)"/;

/** The state of a server process, which `probe.mjs` reports each second. */
export interface ProcessStats {
  /** The resident set size in MB. */
  readonly rss: number;
  /** The used heap in MB. */
  readonly heap: number;
  /** The longest delay of the event loop since the last report, in milliseconds. */
  readonly maxEventLoopDelay: number;
}

/** A response. */
export interface Reply {
  readonly status: number;
  /** The body. */
  readonly text: string;
  /** The `Location` header. */
  readonly location: string | undefined;
  /** The time from the start of the request to the end of the response. */
  readonly durationMs: number;
}

/** The parts of a request besides its method and path. */
export interface RequestParts {
  /** The bearer token. */
  readonly token?: string | undefined;
  /** A body that is sent as JSON. */
  readonly body?: unknown;
  /** A body that is sent as a form. Takes precedence over `body`. */
  readonly form?: Readonly<Record<string, string>>;
}

/** A process of the built server, started with its command like users do. */
export interface BuiltServer {
  readonly url: string;
  /** Sends a request, such as `GET /path`, over persistent connections. */
  send(line: string, parts?: RequestParts): Promise<Reply>;
  /** All reports since the start, oldest first. */
  readonly stats: readonly ProcessStats[];
  /** How the process ended; null while it runs. */
  readonly ended: { readonly code: number | null; readonly signal: string | null } | null;
  /** The end of the output on stderr. */
  readonly stderr: string;
  /** Stops the process, which first finishes running requests. */
  stop(): Promise<void>;
  /** Kills the process at once. */
  crash(): Promise<void>;
}

/** The error for a server that ended before it was ready. */
export class NotReadyError extends Error {
  override readonly name = 'NotReadyError';
}

/**
 * Starts a built server.
 *
 * @param data the data file
 * @param heapMegabytes the maximum size of the old generation; by default that of Node
 * @throws NotReadyError with the server's output if it ends before it is ready
 */
export async function startBuiltServer(
  data: string,
  flags: readonly string[] = [],
  heapMegabytes?: number,
): Promise<BuiltServer> {
  const heapFlags = heapMegabytes === undefined ? [] : [`--max-old-space-size=${heapMegabytes}`];
  const nodeFlags = ['--import', PROBE, ...DRIVER_FLAGS, ...heapFlags];
  const args = [...nodeFlags, MAIN, 'start', '--port', '0', '--json', '--log-level', 'error', '--data', data];
  const { PATH } = process.env;
  const child = spawn(process.execPath, [...args, ...flags], {
    env: { PATH },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const stats: ProcessStats[] = [];
  child.on('message', (report) => stats.push(report as ProcessStats));
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr = `${stderr}${chunk}`.slice(-MAX_STDERR_LENGTH);
  });
  let ended: BuiltServer['ended'] = null;
  child.once('exit', (code, signal) => {
    ended = { code, signal };
  });
  const url = await readUrl(child.stdout, () => stderr);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const end = async (signal: NodeJS.Signals) => {
    const exit = once(child, 'exit');
    if (ended === null && child.kill(signal)) await exit;
    agent.destroy();
  };
  return {
    url,
    stats,
    send: (line, parts) => sendRequest(agent, url, line, parts),
    get ended() {
      return ended;
    },
    get stderr() {
      return stderr;
    },
    stop: () => end('SIGTERM'),
    crash: () => end('SIGKILL'),
  };
}

/**
 * Waits until a server is ready, and returns its URL.
 *
 * @throws NotReadyError with the server's output if it ends before
 */
async function readUrl(stdout: Readable | null, readStderr: () => string): Promise<string> {
  if (stdout === null) throw new Error('the output of the server is not piped');
  let output = '';
  for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
    output += chunk;
    const url = READY_LINE.exec(output)?.groups?.['url'];
    if (url === undefined) continue;
    // Discards the rest of the output, so that the server never waits for a reader.
    stdout.resume();
    return url;
  }
  throw new NotReadyError(`${output}${readStderr()}`.trim());
}

/** Returns the body of a request with its media type; null if it has none. */
function encodeBody({ body, form }: RequestParts): { readonly type: string; readonly payload: string } | null {
  if (form !== undefined) {
    return { type: 'application/x-www-form-urlencoded', payload: String(new URLSearchParams(form)) };
  }
  return body === undefined ? null : { type: 'application/json', payload: JSON.stringify(body) };
}

/** Sends a request, and reads its response. */
function sendRequest(agent: Agent, url: string, line: string, parts: RequestParts = {}): Promise<Reply> {
  const [method = 'GET', path = '/'] = line.split(' ');
  const { token } = parts;
  const encoded = encodeBody(parts);
  const headers = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(encoded !== null && {
      'content-type': encoded.type,
      'content-length': Buffer.byteLength(encoded.payload),
    }),
  };
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${url}${path}`, { method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const { statusCode: status = 0, headers: responseHeaders } = response;
        const text = Buffer.concat(chunks).toString('utf8');
        const durationMs = performance.now() - startedAt;
        resolve({ status, text, location: responseHeaders.location, durationMs });
      });
    });
    request.once('error', reject);
    request.end(encoded?.payload);
  });
}
