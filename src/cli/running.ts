import { type FlagTexts, readConfig } from '../config.ts';

/** Where the server on this machine should be, by `--port`, `--host` or their variables. */
export async function runningUrl(flags: FlagTexts): Promise<string> {
  const { host, port } = (await readConfig(flags)).config;
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
