import { cast } from '../support/cast.ts';
import { castKey } from '../support/ngc-cast.ts';
import { authorizationPath, CALLBACK, PUBLIC_CLIENT, REALM_TOKEN, shownForm } from '../support/oauth.ts';
import type { BuiltServer, Reply, RequestParts } from './server.ts';

/** Asks, and counts the answer. */
export type Ask = (line: string, sent?: RequestParts) => Promise<Reply>;

/** What one of the connections that ask at once remembers. */
export interface Client {
  readonly number: number;
  token: string;
  refreshToken: string;
  count: number;
  /** Does something in a world, and compares the lists there. */
  readonly step: () => Promise<void>;
}

/** A kind of traffic: how often of a thousand, and what is asked. */
export interface Kind {
  readonly name: string;
  readonly weight: number;
  readonly run: (ask: Ask, client: Client) => Promise<void>;
}

const [ADMIN, RESEARCHER] = cast.users;
const OWNER = castKey('owner').key;
const READER = castKey('air-reader').key;
const CONFIGS = '/api/v3/userconfigs/';
const SIMULATIONS = '/api/v3/simulations/';

const CLIENT = {
  grantType: 'client_credentials',
  clientId: ADMIN?.accessKey.clientId,
  clientSecret: ADMIN?.accessKey.clientSecret,
};

/** A token grant: what everything else is compared with. */
export const GRANT: [line: string, sent: RequestParts] = ['POST /api/v1/token', { body: CLIENT }];

export const TRAFFIC: readonly Kind[] = [
  { name: 'token grant', weight: 250, run: grant },
  { name: 'lists', weight: 220, run: lists },
  { name: 'searches', weight: 130, run: searches },
  { name: 'refusals', weight: 150, run: refusals },
  { name: 'refresh rotation', weight: 60, run: rotate },
  { name: 'access keys made and deleted', weight: 50, run: accessKeys },
  { name: 'simulations made and deleted', weight: 50, run: simulations },
  { name: 'service keys made, edited and deleted', weight: 40, run: serviceKeys },
  { name: 'decisions and findings read', weight: 30, run: explanations },
  { name: 'worlds', weight: 40, run: (_, { step }) => step() },
  { name: 'big objects', weight: 8, run: bigObjects },
  { name: 'refusals about big objects', weight: 6, run: bigRefusals },
  { name: 'wrong password', weight: 3, run: wrongPassword },
  { name: 'propagation', weight: 2, run: propagation },
  { name: 'clock', weight: 1, run: clock },
];

/** One kind of some traffic, by a number from 0 to below 1. */
export function kindAt(chance: number, traffic: readonly Kind[]): Kind {
  let left = chance * traffic.reduce((sum, { weight }) => sum + weight, 0);
  for (const kind of traffic) {
    left -= kind.weight;
    if (left < 0) return kind;
  }
  return traffic[0] as Kind;
}

async function grant(ask: Ask, client: Client): Promise<void> {
  const { status, text } = await ask(...GRANT);
  if (status === 200) client.token = JSON.parse(text).accessToken;
}

async function lists(ask: Ask, { token, count }: Client): Promise<void> {
  const all: [string, string][] = [
    ['GET /api/v1/access-keys', token],
    ['GET /v2/nvcf/functions', castKey('nvcf-full-access').key],
    [`GET ${SIMULATIONS}?ordering=-created&limit=20`, OWNER],
    ['GET /v3/orgs/acme/keys', OWNER],
    ['GET /api/v1/authorization/access-rules', token],
    [`GET ${CONFIGS}?limit=5`, OWNER],
  ];
  const [line, sent] = all[count % all.length] as [string, string];
  await ask(line, { token: sent });
}

async function searches(ask: Ask, { number, count }: Client): Promise<void> {
  const text = `${number}-${count}-${'x'.repeat(count % 400)}`;
  const path = count % 2 === 0 ? SIMULATIONS : `${SIMULATIONS}nodes/`;
  await ask(`GET ${path}?search=${text}`, { token: OWNER });
}

async function refusals(ask: Ask, { number, count }: Client): Promise<void> {
  const all: [string, RequestParts][] = [
    ['GET /api/v1/access-keys', {}],
    ['GET /api/v1/access-keys', { token: `${'x'.repeat(200)}${count}` }],
    [`GET ${SIMULATIONS}00000000-0000-4000-8000-${String(count).padStart(12, '0')}/`, { token: OWNER }],
    [`POST ${SIMULATIONS}`, { token: READER, body: { name: `refused-${number}-${count}` } }],
    ['POST /v2/nvcf/functions', { token: castKey('nvcf-invoker').key, body: { name: 'x' } }],
    [`GET /nowhere/${number}/${count}`, {}],
    ['POST /api/v1/token', { body: { ...CLIENT, clientSecret: `wrong-${count}` } }],
  ];
  const [line, sent] = all[count % all.length] as [string, RequestParts];
  await ask(line, sent);
}

/** Every token is used once, as clients do. */
async function rotate(ask: Ask, client: Client): Promise<void> {
  if (client.refreshToken === '') return logIn(ask, client);
  const form = { grant_type: 'refresh_token', refresh_token: client.refreshToken, client_id: PUBLIC_CLIENT };
  const { status, text } = await ask(`POST ${REALM_TOKEN}`, { form });
  client.refreshToken = status === 200 ? JSON.parse(text).refresh_token : '';
}

async function logIn(ask: Ask, client: Client): Promise<void> {
  const page = await ask(`GET ${authorizationPath()}`);
  const { action, fields } = shownForm(page.text);
  const credentials = { username: RESEARCHER?.email ?? '', password: RESEARCHER?.password ?? '' };
  const { location = '' } = await ask(`POST ${action}`, { form: { ...fields, ...credentials } });
  const code = new URLSearchParams(location.split('?')[1] ?? '').get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, client_id: PUBLIC_CLIENT, redirect_uri: CALLBACK };
  const tokens = await ask(`POST ${REALM_TOKEN}`, { form });
  client.refreshToken = tokens.status === 200 ? JSON.parse(tokens.text).refresh_token : '';
}

async function accessKeys(ask: Ask, client: Client): Promise<void> {
  const { token, number, count } = client;
  const made = await ask('POST /api/v1/access-keys', { token, body: { name: `soak-${number}-${count}` } });
  if (made.status === 201) await ask(`DELETE /api/v1/access-keys/${JSON.parse(made.text).id}`, { token });
}

async function simulations(ask: Ask, { number, count }: Client): Promise<void> {
  const made = await ask(`POST ${SIMULATIONS}`, { token: OWNER, body: { name: `soak-${number}-${count}` } });
  if (made.status === 201) await ask(`DELETE ${SIMULATIONS}${JSON.parse(made.text).id}/`, { token: OWNER });
}

async function serviceKeys(ask: Ask, { number, count }: Client): Promise<void> {
  const order = { type: 'service', name: `soak-${number}-${count}`, services: ['air'], scopes: ['air:access'] };
  const made = await ask('POST /_mock/keys', { body: order });
  if (made.status !== 201) return;
  const { id, key } = JSON.parse(made.text);
  await ask(`PATCH /_mock/keys/${id}`, { body: { scopes: ['air:access', 'air:simulation_read'] } });
  await ask(`GET ${SIMULATIONS}`, { token: key });
  await ask(`DELETE /_mock/keys/${id}`);
}

async function explanations(ask: Ask, { count }: Client): Promise<void> {
  await ask(count % 3 === 0 ? 'GET /_mock/findings' : 'GET /_mock/decisions?effect=deny');
}

async function bigObjects(ask: Ask, { number, count }: Client): Promise<void> {
  const content = `${number}-${count} `.repeat(200_000).slice(0, 100_000 + (count % 9) * 100_000);
  const body = { name: `big-${number}-${count}`, kind: 'cloud-init-user-data', content };
  const made = await ask(`POST ${CONFIGS}`, { token: OWNER, body });
  if (made.status !== 201) return;
  const path = `${CONFIGS}${JSON.parse(made.text).id}/`;
  await ask(`GET ${path}`, { token: OWNER });
  // A refusal about it: who is refused must not keep it.
  await ask(`PATCH ${path}`, { token: READER, body: { name: 'refused' } });
  await ask(`DELETE ${path}`, { token: OWNER });
}

/** Long names and bodies, each another, that are refused. */
async function bigRefusals(ask: Ask, { number, count }: Client): Promise<void> {
  const name = `${number}-${count} `.repeat(100_000).slice(0, 900_000);
  await ask(`POST ${SIMULATIONS}`, { token: READER, body: { name } });
  await ask('POST /api/v1/token', { body: { ...CLIENT, clientSecret: name } });
}

async function wrongPassword(ask: Ask, { count }: Client): Promise<void> {
  const form = {
    grant_type: 'password',
    username: RESEARCHER?.email ?? '',
    password: `wrong-${count}`,
    client_id: PUBLIC_CLIENT,
  };
  await ask(`POST ${REALM_TOKEN}`, { form });
}

async function propagation(ask: Ask, { count }: Client): Promise<void> {
  await ask('PUT /_mock/propagation', { body: count % 2 === 0 ? { mode: 'fixed', delay: '15m' } : { mode: 'off' } });
}

async function clock(ask: Ask): Promise<void> {
  await ask('POST /_mock/clock/advance', { body: { by: '2s' } });
}

/** A client that counts what it is answered. */
export function askOf(server: BuiltServer, count: (line: string, reply: Reply) => void): Ask {
  return async (line, sent) => {
    const reply = await server.send(line, sent);
    count(line, reply);
    return reply;
  };
}
