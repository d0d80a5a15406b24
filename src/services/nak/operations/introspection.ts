import type { Schema } from '../../../contract/documented.ts';
import type { Context, Operations } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { hashSecret } from '../../../tokens/secret.ts';
import { AUDIENCES, type Audience } from '../../ngc-keys/audiences.ts';
import { ngcKeysIn } from '../../ngc-keys/index.ts';
import { isInForce } from '../../ngc-keys/key-bearer.ts';
import { classifyKey } from '../../ngc-keys/key-text.ts';
import { describeAuthorizations, readPolicies } from '../authorizations.ts';
import { type IssuedKey, isIssued, statusOf } from '../issued-keys.ts';
import { renderKey } from '../view.ts';
import { requireKey } from './keys.ts';

/** Finds a key by its value, in any status; null if it does not exist. @throws Problem if the value is not a key */
async function findKeyByText({ store, now }: Context, text: string | null | undefined): Promise<IssuedKey | null> {
  if (text === undefined || text === null || text === '') throw new Problem('bad_state', 'api key empty');
  const form = classifyKey(text);
  if (form === 'malformed') throw new Problem('bad_state', 'api key format invalid');
  if (form === 'foreign') throw new Problem('bad_state', 'Invalid key');
  const key = await ngcKeysIn(store).findBySecret(hashSecret(text), now);
  return key !== null && isIssued(key) ? key : null;
}

/** Names of rules, with the kind of rule at the end. */
const RULE_NAME = /^[\w-]+\.(allow|llm_allow)$/;
/** The rule for the limits of an account, which needs no key. Its name is the published default. */
const LIMITS_RULE = 'ssa.allow';

/** The published code sets no limits yet, but always sends both members. */
const NO_TOKEN_LIMITS = { inputTokenRateLimit: null, outputTokenRateLimit: null };

/** Returns the service of a namespace. @throws Problem if there is none */
function requireAudience(namespace: string): Audience {
  const audience = AUDIENCES.find((candidate) => candidate.namespace === namespace);
  if (audience === undefined) throw new Problem('bad_state', `Namespace '${namespace}' is not configured`);
  return audience;
}

function createEvaluation(namespace: string, rule: string, result: Schema<'nak', 'Evaluation'>['result']) {
  const body = { namespace, rule_name: rule, result };
  return { status: 200 as const, headers: { 'cache-control': 'max-age=60' }, body };
}

export const introspectionOperations = {
  /** Checks in the order of the published code. Unlike there, the owner always exists. */
  introspectApiKey: async (context) => {
    const { key: text, audience_service_id: audience } = context.body;
    const issued = requireKey(await findKeyByText(context, text));
    const { id, issuance } = issued.key;
    if (statusOf(issued, context.now) !== 'ACTIVE') throw new Problem('not_found', 'Key not found');
    if (typeof audience !== 'string' || !issuance.audiences.includes(audience)) {
      throw new Problem('bad_state', 'audience_service_id invalid');
    }
    if (issuance.isOwnerSuspended) throw new Problem('not_found', 'Key not found.');
    return {
      status: 200,
      headers: { 'cache-control': 'max-age=360' },
      body: {
        owner_type: 'USER',
        owner_id: issuance.owner,
        key_id: id,
        issuer_service_id: issuance.issuer,
        authorizations: await describeAuthorizations(context, issued),
      },
    };
  },
  /** An invalid key gets a result, not a refusal. The published order of checks differs between kinds of rules. */
  evaluateApiKey: async (context) => {
    const { namespace, rule } = context.params;
    const [, kind] = RULE_NAME.exec(rule) ?? [];
    if (kind === undefined) throw new Problem('bad_state', `Rule name is not supported: ${rule}`);
    const { apiKey, tiered_rate_key: account } = context.body.input ?? {};
    if (rule === LIMITS_RULE) {
      requireAudience(namespace);
      if ((account ?? '') === '') throw new Problem('bad_state', 'Tiered rate key is not provided');
      return createEvaluation(namespace, rule, NO_TOKEN_LIMITS);
    }
    const text = apiKey ?? '';
    if (text === '') throw new Problem('bad_state', 'Api key is not provided');
    const audience = requireAudience(namespace);
    const key = classifyKey(text) === 'marked' ? await findKeyByText(context, text) : null;
    const isValid = key !== null && isInForce(key, context.now);
    const policies = isValid ? readPolicies(await describeAuthorizations(context, key, key.policy)) : [];
    const policy = policies.find(({ aud }) => aud === audience.id);
    if (key === null || policy === undefined) return createEvaluation(namespace, rule, { allowed: false });
    const { organization, key: stored } = key;
    return createEvaluation(namespace, rule, {
      allowed: true,
      ncaId: organization.ncaId,
      ownerId: stored.issuance.owner,
      policy: { ...policy },
      ...(kind === 'llm_allow' && { accountTokenRateLimit: NO_TOKEN_LIMITS }),
    });
  },
  /** For administrators: returns a key in any status, without value and authorizations. */
  lookUpApiKey: async (context) => ({
    status: 200,
    body: renderKey(context, requireKey(await findKeyByText(context, context.body.key)), undefined),
  }),
} satisfies Partial<Operations<'nak'>>;
