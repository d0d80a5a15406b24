import { afterAll } from 'vitest';
import { buildServer, type MockServer } from '../../src/app/server.ts';
import { configOf } from '../../src/config/config.ts';
import type { Config } from '../../src/config/options.ts';

/** A server that listens on a free port, at the real time, as a program of any language meets it. */
export async function listeningServer(config: Partial<Config> = {}): Promise<MockServer & { readonly url: string }> {
  const server = await buildServer({ effective: configOf(config), offDocument: 'throw' });
  const { url } = await server.listen('127.0.0.1', 0);
  afterAll(() => server.close());
  return { ...server, url };
}
