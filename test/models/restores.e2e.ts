import { it } from 'vitest';
import { testServer } from '../support/server.ts';
import { restoreInFourWorlds } from './restores.ts';

const server = await testServer();

it('1,000 restores in four worlds at once leave every list as its world has it', { timeout: 120_000 }, () =>
  restoreInFourWorlds(server, 1000),
);
