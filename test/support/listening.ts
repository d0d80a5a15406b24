import { afterAll } from 'vitest';
import { createConfig } from '../../src/app/config.ts';
import type { Config } from '../../src/app/options.ts';
import { buildServer, type MockServer } from '../../src/app/server.ts';
import { SEED_STATES } from './server.ts';

/** Starts a listening server with the real time, for clients in any language. @param port default: a free one */
export async function listeningServer(
  config: Partial<Config> = {},
  port = 0,
): Promise<MockServer & { readonly url: string }> {
  const server = await buildServer({ effective: createConfig(config), offDocument: 'throw', seedStates: SEED_STATES });
  const { url } = await server.listen('127.0.0.1', port);
  afterAll(() => server.close());
  return { ...server, url };
}
