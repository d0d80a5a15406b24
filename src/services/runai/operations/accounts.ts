import { clientIdInWorld } from '../../../addresses/world-id.ts';
import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Lookup } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { orNotFound } from '../../../ngc-keys/or-not-found.ts';
import type { Outcome } from '../../../responses/outcome.ts';
import { Collision } from '../../../store/errors.ts';
import { rfc3339 } from '../../../time/clock.ts';
import { type Identity, identitiesIn } from '../collections/identities.ts';
import { createIdentity } from '../new-identity.ts';
import { endRulesOf } from '../rule-changes.ts';
import { generateSecret, revokeTokensOfSecret } from '../secrets.ts';
import { readTenantId } from '../tenant.ts';

/** Applications and service accounts work alike: they have a name and a secret, and can be disabled. */
interface AccountKind<Secret> {
  readonly kind: 'application' | 'service-account';
  /** Noun with article, for messages. */
  readonly noun: string;
  /** Wraps the secret in the member that the API uses for it. */
  readonly wrapSecret: (secret: string) => Secret;
}

const APPLICATION: AccountKind<{ readonly secret: string }> = {
  kind: 'application',
  noun: 'an application',
  wrapSecret: (secret) => ({ secret }),
};
const SERVICE_ACCOUNT: AccountKind<{ readonly clientSecret: string }> = {
  kind: 'service-account',
  noun: 'a service account',
  wrapSecret: (clientSecret) => ({ clientSecret }),
};

function createLookup({ kind }: AccountKind<unknown>): Lookup<Identity> {
  return async ({ store }, id) => {
    const found = await identitiesIn(store).byId(id);
    return found?.kind === kind ? { found: 'object', target: found } : { found: 'nothing' };
  };
}

export const accountLookups = { application: createLookup(APPLICATION), serviceAccount: createLookup(SERVICE_ACCOUNT) };

type CreatedAccount = Pick<Schema<'runai', 'ApplicationCreated'>, 'id' | 'name' | 'clientId'>;
type Account = Schema<'runai', 'Application'> & Schema<'runai', 'ServiceAccount'>;

interface CreateContext extends AuthenticatedContext {
  readonly body: { readonly name: string };
}

interface UpdateContext extends AuthenticatedContext<Identity> {
  readonly body: { readonly enabled: boolean };
}

function createOperations<Secret extends object>({ kind, noun, wrapSecret }: AccountKind<Secret>) {
  const list = async (context: AuthenticatedContext): Promise<Outcome<200, readonly Account[]>> => {
    const tenantId = await readTenantId(context);
    const all = await identitiesIn(context.store).all(kind);
    return { status: 200, body: all.map((account) => renderAccount(account, tenantId)) };
  };
  const create = async (context: CreateContext): Promise<Outcome<201, CreatedAccount & Secret>> => {
    const { name } = context.body;
    const { secret, secretHash } = generateSecret(context);
    const { world } = context;
    // The published examples use the name as client id. Worlds with their own credentials may use the same names, so
    // their client ids differ.
    const clientId = world.credentials === 'own' ? clientIdInWorld(name, world.id) : name;
    const account = { ...createIdentity(context, kind, name, context.caller.principal.name), clientId, secretHash };
    try {
      await identitiesIn(context.store).create(account);
    } catch (thrown) {
      throw thrown instanceof Collision
        ? new Problem('conflict', `There is already ${noun} named \`${name}\`. Choose another name.`)
        : thrown;
    }
    return { status: 201, body: { id: account.id, name, clientId, ...wrapSecret(secret) } };
  };
  const get = async (context: AuthenticatedContext<Identity>): Promise<Outcome<200, Account>> => ({
    status: 200,
    body: renderAccount(context.target, await readTenantId(context)),
  });
  const update = async (context: UpdateContext): Promise<Outcome<200, undefined>> => {
    const { enabled } = context.body;
    await orNotFound(identitiesIn(context.store).edit(context.target.id, { enabled }, context.now));
    return { status: 200 };
  };
  const remove = async (context: AuthenticatedContext<Identity>): Promise<Outcome<204, undefined>> => {
    const account = context.target;
    await endRulesOf(context, account);
    await orNotFound(identitiesIn(context.store).delete(account.id));
    return { status: 204 };
  };
  const regenerate = async (context: AuthenticatedContext<Identity>): Promise<Outcome<200, Secret>> => {
    const { id, secretHash: before } = context.target;
    const { secret, secretHash } = generateSecret(context);
    await orNotFound(identitiesIn(context.store).edit(id, { secretHash }, context.now));
    await revokeTokensOfSecret(context, before);
    return { status: 200, body: wrapSecret(secret) };
  };
  return { list, create, get, update, remove, regenerate };
}

const applications = createOperations(APPLICATION);
const serviceAccounts = createOperations(SERVICE_ACCOUNT);

export const accountOperations = {
  get_applications: applications.list,
  create_application: applications.create,
  get_application_by_id: applications.get,
  update_application_by_id: applications.update,
  delete_application_by_id: applications.remove,
  regenerate_application_secret: applications.regenerate,
  get_service_accounts: serviceAccounts.list,
  create_service_account: serviceAccounts.create,
  get_service_account_by_id: serviceAccounts.get,
  update_service_account_by_id: serviceAccounts.update,
  delete_service_account_by_id: serviceAccounts.remove,
  regenerate_service_account_secret: serviceAccounts.regenerate,
};

function renderAccount(account: Identity, tenantId: string): Account {
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
