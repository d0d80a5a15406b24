import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../architecture/source-files.ts';
import { emptyFolder } from './folder.ts';
import { findFreePort } from './ports.ts';

/** Debian installs it outside the PATH of ordinary users. */
const ENVIRONMENT = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` };

/** Whether HAProxy is installed. */
export const hasHaproxy = spawnSync('haproxy', ['-v'], { env: ENVIRONMENT }).status === 0;

/** Stops the balancers of a test file. */
const ends: (() => unknown)[] = [];
afterAll(() => Promise.all(ends.splice(0).map((end) => end())));

export type Headers = Readonly<Record<string, string>>;

/** An answer through the balancer. */
export interface Answered {
  readonly status: number;
  /** The backend that the balancer chose. */
  readonly backend: string;
  readonly text: string;
}

/** Returns the configuration of an example's balancer, extended to report the chosen backend in each answer. */
export function configurationOf(file: string, port: number): string {
  const { configs } = parse(readFileSync(join(ROOT, 'examples/compose', file), 'utf8'), { merge: true });
  const { content }: { content: string } = configs.balancer;
  return content.replace('bind :6625', `bind 127.0.0.1:${port}\n  http-response set-header x-backend %[be_name]`);
}

/**
 * Starts a balancer, and waits until it accepts connections.
 *
 * @param variables the environment of its configuration
 * @returns its port
 */
export async function balance(
  configurationFor: (port: number) => string,
  variables: Readonly<Record<string, string>> = {},
): Promise<number> {
  const port = await findFreePort();
  const path = join(await emptyFolder(), 'haproxy.cfg');
  await writeFile(path, configurationFor(port));
  const haproxy = spawn('haproxy', ['-db', '-q', '-f', path], {
    env: { ...ENVIRONMENT, ...variables },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const output = text(haproxy.stderr);
  ends.push(() => {
    haproxy.kill('SIGKILL');
    return output;
  });
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (haproxy.exitCode !== null) throw new Error(await output);
    if ((await ask(port, '/').catch(() => null)) !== null) return port;
    await wait(50);
  }
  throw new Error('the balancer does not start');
}

/** Sends a request with the mock as its host, unless its headers say otherwise. */
export async function ask(
  port: number,
  path: string,
  headers: Headers = {},
  method = 'GET',
  body = '',
): Promise<Answered> {
  const sent = request({ host: '127.0.0.1', port, path, method, headers: { host: 'mock', ...headers }, agent: false });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return {
    status: answer.statusCode ?? 0,
    backend: String(answer.headers['x-backend'] ?? ''),
    text: await text(answer),
  };
}
