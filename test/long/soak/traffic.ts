import { cast } from '../../support/cast.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { authorizationPath, CALLBACK, PUBLIC_CLIENT, REALM_TOKEN, shownForm } from '../../support/oauth.ts';
import type { BuiltServer, Reply, RequestParts } from './server.ts';

/** Sends a request, and counts the response. */
export type Send = (line: string, sent?: RequestParts) => Promise<Reply>;

/** What one of the connections that send at once remembers. */
export interface Client {
  readonly number: number;
  token: string;
  refreshToken: string;
  count: number;
  /** Does something in a world, and compares the lists there. */
  readonly step: () => Promise<void>;
}

/** A kind of traffic: how often of a thousand, and what it sends. */
export interface Kind {
  readonly name: string;
  readonly weight: number;
  readonly run: (send: Send, client: Client) => Promise<void>;
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
  { name: 'decisions and hints read', weight: 30, run: explanations },
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

async function grant(send: Send, client: Client): Promise<void> {
  const { status, text } = await send(...GRANT);
  if (status === 200) client.token = JSON.parse(text).accessToken;
}

async function lists(send: Send, { token, count }: Client): Promise<void> {
  const all: [string, string][] = [
    ['GET /api/v1/access-keys', token],
    ['GET /v2/nvcf/functions', castKey('nvcf-full-access').key],
    [`GET ${SIMULATIONS}?ordering=-created&limit=20`, OWNER],
    ['GET /v3/orgs/acme/keys', OWNER],
    ['GET /api/v1/authorization/access-rules', token],
    [`GET ${CONFIGS}?limit=5`, OWNER],
  ];
  const [line, sent] = all[count % all.length] as [string, string];
  await send(line, { token: sent });
}

async function searches(send: Send, { number, count }: Client): Promise<void> {
  const text = `${number}-${count}-${'x'.repeat(count % 400)}`;
  const path = count % 2 === 0 ? SIMULATIONS : `${SIMULATIONS}nodes/`;
  await send(`GET ${path}?search=${text}`, { token: OWNER });
}

async function refusals(send: Send, { number, count }: Client): Promise<void> {
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
  await send(line, sent);
}

/** Every token is used once, as clients do. */
async function rotate(send: Send, client: Client): Promise<void> {
  if (client.refreshToken === '') return logIn(send, client);
  const form = { grant_type: 'refresh_token', refresh_token: client.refreshToken, client_id: PUBLIC_CLIENT };
  const { status, text } = await send(`POST ${REALM_TOKEN}`, { form });
  client.refreshToken = status === 200 ? JSON.parse(text).refresh_token : '';
}

async function logIn(send: Send, client: Client): Promise<void> {
  const page = await send(`GET ${authorizationPath()}`);
  const { action, fields } = shownForm(page.text);
  const credentials = { username: RESEARCHER?.email ?? '', password: RESEARCHER?.password ?? '' };
  const { location = '' } = await send(`POST ${action}`, { form: { ...fields, ...credentials } });
  const code = new URLSearchParams(location.split('?')[1] ?? '').get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, client_id: PUBLIC_CLIENT, redirect_uri: CALLBACK };
  const tokens = await send(`POST ${REALM_TOKEN}`, { form });
  client.refreshToken = tokens.status === 200 ? JSON.parse(tokens.text).refresh_token : '';
}

async function accessKeys(send: Send, client: Client): Promise<void> {
  const { token, number, count } = client;
  const made = await send('POST /api/v1/access-keys', { token, body: { name: `soak-${number}-${count}` } });
  if (made.status === 201) await send(`DELETE /api/v1/access-keys/${JSON.parse(made.text).id}`, { token });
}

async function simulations(send: Send, { number, count }: Client): Promise<void> {
  const made = await send(`POST ${SIMULATIONS}`, { token: OWNER, body: { name: `soak-${number}-${count}` } });
  if (made.status === 201) await send(`DELETE ${SIMULATIONS}${JSON.parse(made.text).id}/`, { token: OWNER });
}

async function serviceKeys(send: Send, { number, count }: Client): Promise<void> {
  const order = { type: 'service', name: `soak-${number}-${count}`, services: ['air'], scopes: ['air:access'] };
  const made = await send('POST /_mock/keys', { body: order });
  if (made.status !== 201) return;
  const { id, key } = JSON.parse(made.text);
  await send(`PATCH /_mock/keys/${id}`, { body: { scopes: ['air:access', 'air:simulation_read'] } });
  await send(`GET ${SIMULATIONS}`, { token: key });
  await send(`DELETE /_mock/keys/${id}`);
}

async function explanations(send: Send, { count }: Client): Promise<void> {
  await send(count % 3 === 0 ? 'GET /_mock/requests?hints=true' : 'GET /_mock/decisions?effect=deny');
}

async function bigObjects(send: Send, { number, count }: Client): Promise<void> {
  const content = `${number}-${count} `.repeat(200_000).slice(0, 100_000 + (count % 9) * 100_000);
  const body = { name: `big-${number}-${count}`, kind: 'cloud-init-user-data', content };
  const made = await send(`POST ${CONFIGS}`, { token: OWNER, body });
  if (made.status !== 201) return;
  const path = `${CONFIGS}${JSON.parse(made.text).id}/`;
  await send(`GET ${path}`, { token: OWNER });
  // A refusal about it: who is refused must not keep it.
  await send(`PATCH ${path}`, { token: READER, body: { name: 'refused' } });
  await send(`DELETE ${path}`, { token: OWNER });
}

/** Long names and bodies, each another, that are refused. */
async function bigRefusals(send: Send, { number, count }: Client): Promise<void> {
  const name = `${number}-${count} `.repeat(100_000).slice(0, 900_000);
  await send(`POST ${SIMULATIONS}`, { token: READER, body: { name } });
  await send('POST /api/v1/token', { body: { ...CLIENT, clientSecret: name } });
}

async function wrongPassword(send: Send, { count }: Client): Promise<void> {
  const form = {
    grant_type: 'password',
    username: RESEARCHER?.email ?? '',
    password: `wrong-${count}`,
    client_id: PUBLIC_CLIENT,
  };
  await send(`POST ${REALM_TOKEN}`, { form });
}

async function propagation(send: Send, { count }: Client): Promise<void> {
  await send('PUT /_mock/propagation', { body: count % 2 === 0 ? { mode: 'fixed', delay: '15m' } : { mode: 'off' } });
}

async function clock(send: Send): Promise<void> {
  await send('POST /_mock/clock/advance', { body: { by: '2s' } });
}

/** A client that counts what it is answered. */
export function createSend(server: BuiltServer, count: (line: string, reply: Reply) => void): Send {
  return async (line, sent) => {
    const reply = await server.send(line, sent);
    count(line, reply);
    return reply;
  };
}
