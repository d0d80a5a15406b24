import { afterAll } from 'vitest';
import { buildServer, type MockServer } from '../../src/app/server.ts';
import { createConfig } from '../../src/config/config.ts';
import type { Config } from '../../src/config/options.ts';
import { BEGINNINGS } from './server.ts';

/** A server that listens, at the real time, as a program of any language meets it. @param port default: a free one */
export async function listeningServer(
  config: Partial<Config> = {},
  port = 0,
): Promise<MockServer & { readonly url: string }> {
  const server = await buildServer({ effective: createConfig(config), offDocument: 'throw', beginnings: BEGINNINGS });
  const { url } = await server.listen('127.0.0.1', port);
  afterAll(() => server.close());
  return { ...server, url };
}
