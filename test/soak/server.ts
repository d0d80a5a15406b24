import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { fileURLToPath } from 'node:url';
import { DRIVER_FLAGS } from '../support/driver.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.cjs', import.meta.url));
const PROBE = fileURLToPath(new URL('./probe.mjs', import.meta.url));

/** What a server tells of itself, once a second. Memory in MB, times in milliseconds. */
export interface Vitals {
  readonly rss: number;
  readonly heap: number;
  /** The longest that its event loop stood still since the last time. */
  readonly pause: number;
}

/** An answer, and how long it took. */
export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly took: number;
}

export interface Sent {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly form?: Readonly<Record<string, string>>;
}

/** The built server, as users start it, in a process of its own. */
export interface BuiltServer {
  readonly url: string;
  /** Sends `GET /path` over connections that are kept. */
  ask(line: string, sent?: Sent): Promise<Reply>;
  readonly vitals: readonly Vitals[];
  /** How it ended; null while it runs. */
  readonly ended: { readonly code: number | null; readonly signal: string | null } | null;
  /** What it wrote to stderr, the end of it. */
  readonly complaints: string;
  stop(): Promise<void>;
  /** Gives it no time for anything more. */
  crash(): Promise<void>;
}

/** It ended before it was ready. */
export class NotReady extends Error {
  override readonly name = 'NotReady';
}

/** @throws NotReady with what it wrote */
export async function startBuilt(data: string, flags: readonly string[] = [], heap?: number): Promise<BuiltServer> {
  const limits = heap === undefined ? [] : [`--max-old-space-size=${heap}`];
  const args = [
    '--import',
    PROBE,
    ...DRIVER_FLAGS,
    ...limits,
    MAIN,
    'start',
    '--port',
    '0',
    '--json',
    '--log-level',
    'error',
    '--data',
    data,
  ];
  const { PATH } = process.env;
  const child = spawn(process.execPath, [...args, ...flags], {
    env: { PATH },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const vitals: Vitals[] = [];
  child.on('message', (reported) => vitals.push(reported as Vitals));
  let complaints = '';
  child.stderr?.on('data', (text) => {
    complaints = `${complaints}${text}`.slice(-4000);
  });
  let ended: BuiltServer['ended'] = null;
  child.once('exit', (code, signal) => {
    ended = { code, signal };
  });
  const url = await urlOf(child, () => complaints);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const end = async (signal: NodeJS.Signals) => {
    const exit = once(child, 'exit');
    if (ended === null && child.kill(signal)) await exit;
    agent.destroy();
  };
  return {
    url,
    vitals,
    ask: (line, sent) => ask(agent, url, line, sent),
    get ended() {
      return ended;
    },
    get complaints() {
      return complaints;
    },
    stop: () => end('SIGTERM'),
    crash: () => end('SIGKILL'),
  };
}

async function urlOf(child: ChildProcess, complaints: () => string): Promise<string> {
  let said = '';
  for await (const text of child.stdout ?? []) {
    said += text;
    const url = /"event":"ready","url":"([^"]+)"/.exec(said)?.[1];
    // The rest of what it says is thrown away, so that it never waits for a reader.
    if (url !== undefined) break;
  }
  child.stdout?.resume();
  const url = /"url":"([^"]+)"/.exec(said)?.[1];
  if (url === undefined) throw new NotReady(`${said}${complaints()}`.trim());
  return url;
}

function ask(agent: Agent, url: string, line: string, { token, body, form }: Sent = {}): Promise<Reply> {
  const [method = 'GET', path = '/'] = line.split(' ');
  const payload =
    form === undefined ? (body === undefined ? undefined : JSON.stringify(body)) : String(new URLSearchParams(form));
  const type = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded';
  const headers = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(payload !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(payload) }),
  };
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    const sending = httpRequest(`${url}${path}`, { method, headers, agent }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.once('error', reject);
      answer.once('end', () => {
        const location = answer.headers.location;
        const text = location ?? Buffer.concat(parts).toString('utf8');
        resolve({ status: answer.statusCode ?? 0, text, took: performance.now() - begin });
      });
    });
    sending.once('error', reject);
    sending.end(payload);
  });
}
