import type { Context, Handler, Lookup } from '../../../contract/request.ts';
import { rfc3339 } from '../../../core/clock.ts';
import { Problem } from '../../../core/problem.ts';
import { clientIdInWorld } from '../../../core/world-id.ts';
import { Collision } from '../../../store/errors.ts';
import type { Identity } from '../../../store/identities.ts';
import { callerOf } from '../context.ts';
import { stillThere } from '../gone.ts';
import { newIdentity } from '../identities.ts';
import { endRulesOf } from '../rule-changes.ts';
import { drawSecret, endTokensOf } from '../secrets.ts';
import { tenantIdOf } from '../tenant.ts';

/** Applications and service accounts are alike: a name, a secret, and whether it counts. */
interface Kind {
  readonly kind: 'application' | 'service-account';
  /** What messages call one. */
  readonly called: string;
  /** The member that a secret is shown as. */
  readonly secretMember: 'secret' | 'clientSecret';
}

const APPLICATION: Kind = { kind: 'application', called: 'an application', secretMember: 'secret' };
const SERVICE_ACCOUNT: Kind = { kind: 'service-account', called: 'a service account', secretMember: 'clientSecret' };

function lookupOf({ kind }: Kind): Lookup {
  return async ({ store }, id) => {
    const found = await store.identities.byId(id);
    return found?.kind === kind ? { seen: 'object', target: found } : { seen: 'nothing' };
  };
}

export const accountLookups = { application: lookupOf(APPLICATION), serviceAccount: lookupOf(SERVICE_ACCOUNT) };

function targetOf({ target }: Context): Identity {
  return target as Identity;
}

function operationsOf({ kind, called, secretMember }: Kind) {
  const list: Handler = async (context) => {
    const tenantId = await tenantIdOf(context);
    const all = await context.store.identities.all(kind);
    return { status: 200, body: all.map((one) => shown(one, tenantId)) };
  };
  const create: Handler = async (context) => {
    const { name } = context.body as { name: string };
    const { secret, secretHash } = drawSecret(context);
    const { world } = context;
    // The published examples have one name for both. Worlds with credentials of their own may all have one of that name.
    const clientId = world.credentials === 'own' ? clientIdInWorld(name, world.id) : name;
    const account = { ...newIdentity(context, kind, name, callerOf(context).principal.name), clientId, secretHash };
    try {
      await context.store.identities.create(account);
    } catch (thrown) {
      throw thrown instanceof Collision ? new Problem('conflict', `There is ${called} named \`${name}\`.`) : thrown;
    }
    return { status: 201, body: { id: account.id, name, clientId, [secretMember]: secret } };
  };
  const get: Handler = async (context) => ({ status: 200, body: shown(targetOf(context), await tenantIdOf(context)) });
  const update: Handler = async (context) => {
    const { enabled } = context.body as { enabled: boolean };
    await stillThere(context.store.identities.edit(targetOf(context).id, { enabled }, context.now));
    return { status: 200 };
  };
  const remove: Handler = async (context) => {
    const account = targetOf(context);
    await endRulesOf(context, account);
    await stillThere(context.store.identities.delete(account.id));
    return { status: 204 };
  };
  const regenerate: Handler = async (context) => {
    const { id, secretHash: before } = targetOf(context);
    const { secret, secretHash } = drawSecret(context);
    await stillThere(context.store.identities.edit(id, { secretHash }, context.now));
    await endTokensOf(context, before);
    return { status: 200, body: { [secretMember]: secret } };
  };
  return { list, create, get, update, remove, regenerate };
}

const applications = operationsOf(APPLICATION);
const serviceAccounts = operationsOf(SERVICE_ACCOUNT);

export const accountOperations = {
  get_applications: applications.list,
  create_application: applications.create,
  get_application_by_id: applications.get,
  update_application: applications.update,
  delete_application_by_id: applications.remove,
  regenerate_application_secret: applications.regenerate,
  get_service_accounts: serviceAccounts.list,
  create_service_account: serviceAccounts.create,
  get_service_account_by_id: serviceAccounts.get,
  update_service_account: serviceAccounts.update,
  delete_service_account_by_id: serviceAccounts.remove,
  regenerate_service_account_secret: serviceAccounts.regenerate,
};

function shown(account: Identity, tenantId: string) {
  const { id, name, clientId, createdBy, createdAt, updatedAt, lastLogin, enabled } = account;
  return {
    id,
    name,
    clientId: clientId ?? name,
    createdBy: createdBy ?? '',
    createdAt: rfc3339(createdAt),
    updatedAt: updatedAt === null ? null : rfc3339(updatedAt),
    lastLogin: lastLogin === null ? null : rfc3339(lastLogin),
    enabled,
    tenantId,
  };
}
