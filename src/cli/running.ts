import { get } from 'node:http';
import { type FlagTexts, readConfig } from '../config.ts';

/** Milliseconds to wait for an answer. */
const PATIENCE = 2000;

/** Where the server on this machine should be, by `--port`, `--host` or their variables. */
export async function runningUrl(flags: FlagTexts): Promise<string> {
  const { host, port } = (await readConfig(flags)).config;
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

/**
 * The JSON that a running server answers with; null when it answers anything else. Not by `fetch`, which refuses the
 * ports that browsers may not call.
 *
 * @throws Error when nothing answers in time
 */
export function askRunning(url: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = get(url, { timeout: PATIENCE }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve(response.statusCode === 200 ? jsonOf(text) : null)).on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error(`no answer in ${PATIENCE / 1000} s`))).on('error', reject);
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
