import type { InjectOptions } from 'fastify';
import { createConfig } from '../../../src/app/config.ts';
import type { Config } from '../../../src/app/options.ts';
import { buildServer } from '../../../src/app/server.ts';
import { createManualClock } from '../../../src/lib/clock.ts';
import { createLineLog } from '../../../src/lib/log.ts';
import { createSeededRandom } from '../../../src/lib/random.ts';
import { loadServices } from '../../../src/services/index.ts';
import { type Document, readDocument } from '../../support/documents.ts';
import { SEED_STATES } from '../../support/server.ts';
import type { FuzzAnswer } from './judge.ts';
import type { FuzzRequest } from './requests.ts';

const START = Date.UTC(2026, 0, 15, 12);

export type Versions = Pick<Config, 'runai' | 'air' | 'nvcf'>;

/** A server to be tried, in process. */
export interface FuzzedServer {
  readonly documents: readonly Document[];
  send(request: Pick<FuzzRequest, 'method' | 'url' | 'headers' | 'payload'>): Promise<FuzzAnswer>;
  close(): Promise<void>;
}

/** A server whose time and chance are the same every time, and which tells answers that do not fit as 500. */
export async function fuzzedServer(versions: Versions): Promise<FuzzedServer> {
  let logged = '';
  const effective = createConfig(versions);
  const { app, close } = await buildServer({
    effective,
    clock: createManualClock(START),
    random: createSeededRandom('fuzz'),
    offDocument: 'throw',
    seedStates: SEED_STATES,
    log: (clock) =>
      createLineLog('error', false, clock, (text) => {
        logged += text;
      }),
  });
  const services = await loadServices(effective.config);
  const names = [...services.map((service) => service.rules.selectRuleset(effective.config).document), 'control'];
  return {
    documents: names.map(readDocument),
    close,
    send: async ({ method, url, headers, payload }) => {
      logged = '';
      const options = { method, url, headers, ...(payload !== null && { payload }) };
      const answer = await app.inject(options as InjectOptions);
      const lines = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
      return { status: answer.statusCode, headers: Object.fromEntries(lines), text: answer.payload, logged };
    },
  };
}
