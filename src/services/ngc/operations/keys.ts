import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Handler, Lookup, OutcomeOf } from '../../../contract/request.ts';
import type { Policy } from '../../../decisions/policy.ts';
import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import type { Ruleset } from '../../../decisions/ruleset.ts';
import { END_OF_TIME, type Instant } from '../../../lib/clock.ts';
import { adviseName } from '../../../lib/nearest.ts';
import { rejectMissing } from '../../../store/errors.ts';
import { createSuccessStatus } from '../../ngc-keys/envelope.ts';
import { ngcKeysIn } from '../../ngc-keys/index.ts';
import { describeFault, type GivenResource, productsOf, readPolicy } from '../../ngc-keys/key-policy.ts';
import {
  deleteKey,
  editKey,
  issueKey,
  readNewestPolicy,
  reportKeyWarnings,
  rotateKey,
} from '../../ngc-keys/keyring.ts';
import type { KeyInForce } from '../../ngc-keys/records.ts';
import type { Permission } from '../tables/roles.ts';
import { renderApiKey } from '../view.ts';

const MAX_LISTED_KEYS = 1000;

type GivenPolicy = Schema<'ngc', 'Policy'>;

/** Keys of other organisations are not found; nor are other users' keys, unless the caller is an owner. */
const keyOfCaller: Lookup<KeyInForce> = async (context, id) => {
  const found = await ngcKeysIn(context.store).findById(id, context.now);
  if (found === null) return { found: 'nothing' };
  const { org, user } = found.key;
  if (org !== context.caller.principal.org) return { found: 'foreign', owner: org };
  if (managesAllKeys(context) || isOwnKey(context, found)) return { found: 'object', target: found };
  return { found: 'foreign', owner: user ?? `the owners of ${org}` };
};

export const keyLookups = { keyOfCaller };

function managesAllKeys({ caller }: AuthenticatedContext): boolean {
  return caller.held.permissions.has('keys:manage' satisfies Permission);
}

function isOwnKey({ caller }: AuthenticatedContext, { key }: KeyInForce): boolean {
  return key.user !== null && key.user === caller.principal.user && key.org === caller.principal.org;
}

type NewKey = Parameters<typeof issueKey>[2];

async function create(
  context: AuthenticatedContext,
  keyType: Schema<'ngc', 'ApiKey'>['type'],
  body: Schema<'ngc', 'CreateKeyRequest'>,
  ownership: Pick<NewKey, 'type' | 'user' | 'policy'>,
): Promise<KeyResponse> {
  if (body.type !== undefined && body.type !== keyType) {
    throw invalidRequest(`Field \`type\` must be \`${keyType}\`, as in the path.`);
  }
  const { now, rulesets, caller } = context;
  const options: NewKey = {
    ...ownership,
    org: caller.principal.org ?? '',
    name: body.name,
    description: body.description ?? null,
    services: resolveServices(rulesets, body.policies, ownership.type),
    roles: caller.held.roles,
    expiresAt: parseExpiry(body, now) ?? null,
  };
  const { id, text } = await issueKey(context, now, options, null);
  return respondAndReport(context, id, text);
}

const createServiceKey: Handler<'ngc', 'createServiceKey'> = (context) => {
  const { body, rulesets } = context;
  const policy = parsePolicy(rulesets, body.policies, 'service');
  return create(context, 'SERVICE_KEY', body, { type: 'service', user: null, policy });
};

/** The key acts as its user: it has the user's roles and no policy. */
const createPersonalKey: Handler<'ngc', 'createPersonalKey'> = (context) => {
  const { user = null } = context.caller.principal;
  return create(context, 'PERSONAL_KEY', context.body, { type: 'personal', user, policy: null });
};

const list: Handler<'ngc', 'listKeys'> = async (context) => {
  const { store, params, now, caller } = context;
  const ngcKeys = ngcKeysIn(store);
  const keys = managesAllKeys(context)
    ? await ngcKeys.list({ org: params.org }, MAX_LISTED_KEYS, now)
    : (await ngcKeys.listOfUser(caller.principal.user ?? '', MAX_LISTED_KEYS, now)).filter((key) =>
        isOwnKey(context, key),
      );
  const apiKeys = await Promise.all(keys.map((key) => renderKey(context, key)));
  return { status: 200, body: { requestStatus: createSuccessStatus(context), apiKeys } };
};

const get: Handler<'ngc', 'getKey', KeyInForce> = async (context) => ({
  status: 200,
  body: { requestStatus: createSuccessStatus(context), apiKey: await renderKey(context, context.target) },
});

const update: Handler<'ngc', 'updateKey', KeyInForce> = async (context) => {
  const { now, rulesets } = context;
  const { name, description, policies, status, ...dates } = context.body;
  const { key } = context.target;
  const expiresAt = parseExpiry(dates, now);
  await rejectMissing(
    editKey(context, now, key, {
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description }),
      ...(status !== undefined && { enabled: status === 'ACTIVE' }),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(policies !== undefined && {
        services: resolveServices(rulesets, policies, key.type),
        policy: parsePolicy(rulesets, policies, key.type),
      }),
    }),
  );
  return respondAndReport(context, key.id);
};

const remove: Handler<'ngc', 'deleteKey', KeyInForce> = async (context) => {
  await rejectMissing(deleteKey(context, context.target.key.id));
  return { status: 200, body: { requestStatus: createSuccessStatus(context) } };
};

const rotate: Handler<'ngc', 'rotateKey', KeyInForce> = async (context) => {
  const { id } = context.target.key;
  return respond(context, id, await rejectMissing(rotateKey(context, id)));
};

export const keyOperations = {
  createServiceKey,
  createPersonalKey,
  listKeys: list,
  getKey: get,
  updateKey: update,
  deleteKey: remove,
  rotateKey: rotate,
};

type KeyResponse = OutcomeOf<'ngc', 'getKey'>;

/** Adds hints about a key without effect. Such a key is valid, and the vendor's response has no warnings. */
async function respondAndReport(context: AuthenticatedContext, id: string, value?: string): Promise<KeyResponse> {
  const key = await ngcKeysIn(context.store).findById(id, context.now);
  if (key !== null) await reportKeyWarnings(context, key);
  return respond(context, id, value);
}

async function respond(context: AuthenticatedContext, id: string, value?: string): Promise<KeyResponse> {
  const key = await ngcKeysIn(context.store).findById(id, context.now);
  if (key === null) throw new Problem('not_found');
  return {
    status: 200,
    body: { requestStatus: createSuccessStatus(context), apiKey: await renderKey(context, key, value) },
  };
}

/** Renders the latest edit. Only the control API shows whether it has taken effect. */
async function renderKey(context: AuthenticatedContext, key: KeyInForce, value?: string) {
  const newest = await readNewestPolicy(context, key);
  return renderApiKey(context.rulesets, key, newest, context.now, value);
}

function resolveServices(rulesets: readonly Ruleset[], policies: readonly GivenPolicy[], type: NewKey['type']) {
  const products = productsOf(rulesets, `${type}-key`);
  const services = policies.map(({ product }) => {
    const found = products.find((candidate) => candidate.product === product || candidate.service === product);
    if (found !== undefined) return found.service;
    const valid = products.map((candidate) => candidate.product);
    const message = `Field \`policies.product\` is the unknown product \`${product.slice(0, 100)}\`.${adviseName(product, valid)}`;
    throw invalidRequest(message);
  });
  return [...new Set(services)];
}

/** Accepts combinations that the documents exclude, as the vendor's console does. */
function parsePolicy(rulesets: readonly Ruleset[], policies: readonly GivenPolicy[], type: NewKey['type']): Policy {
  const scopes = policies.flatMap((policy) => policy.scopes ?? []);
  const resources = policies.flatMap((policy) => policy.resources ?? []);
  const inputs = resources.map(({ type, id }): GivenResource => ({ type, ids: [id], isVendors: true }));
  const { policy, faults } = readPolicy(rulesets, scopes, inputs, resolveServices(rulesets, policies, type));
  const fault = faults.find(({ forceable }) => !forceable);
  if (fault !== undefined) throw invalidRequest(describeFault(fault));
  return policy;
}

function parseExpiry({ expiryDate }: { readonly expiryDate?: string }, now: Instant): Instant | undefined {
  if (expiryDate === undefined) return undefined;
  const expiresAt = Date.parse(expiryDate);
  if (expiresAt > now && expiresAt <= END_OF_TIME) return expiresAt;
  throw invalidRequest('Field `expiryDate` must be in the future and before the year 9999.');
}
