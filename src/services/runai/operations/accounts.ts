import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Lookup } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import type { Outcome } from '../../../decisions/responses/outcome.ts';
import { rfc3339 } from '../../../lib/clock.ts';
import { addWorldToClientId } from '../../../lib/world-id.ts';
import { Collision, rejectMissing } from '../../../store/errors.ts';
import { IDENTITIES, type Identity, identitiesIn } from '../collections/identities.ts';
import { createIdentity } from '../new-identity.ts';
import { endRulesOf } from '../rule-changes.ts';
import { generateSecret, revokeTokensOfSecret } from '../secrets.ts';
import { readTenantId } from '../tenant.ts';

/** What distinguishes applications from service accounts. */
interface AccountKind<Secret> {
  readonly kind: 'application' | 'service-account';
  /** Noun with article, for messages. */
  readonly noun: string;
  /** Returns the secret in the member that the API uses for it. */
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
    const account = await identitiesIn(store).byId(id);
    return account?.kind === kind ? { found: 'object', target: account } : { found: 'nothing' };
  };
}

export const accountLookups = { application: createLookup(APPLICATION), serviceAccount: createLookup(SERVICE_ACCOUNT) };
type Account = Schema<'runai', 'Application'> & Schema<'runai', 'ServiceAccount'>;

interface CreateContext extends AuthenticatedContext {
  readonly body: { readonly name: string };
}

/** Creates the handlers of a kind of account that depend on the kind. */
function createHandlers<Secret extends object>({ kind, noun, wrapSecret }: AccountKind<Secret>) {
  return {
    list: async (context: AuthenticatedContext): Promise<Outcome<200, readonly Account[]>> => {
      const rows = await IDENTITIES.ofOwner(context.store.collections, kind);
      await context.reserveAnswer(rows);
      const render = await createRenderer(context);
      return { status: 200, body: rows.map(({ body }) => render(body)) };
    },
    /** @throws Problem `conflict` if the name is taken */
    create: async (context: CreateContext) => {
      const { world, body } = context;
      const { name } = body;
      const { secret, secretHash } = generateSecret(context);
      // The published examples use the name as client id. Worlds with their own credentials may use the same names, so
      // their client ids differ.
      const clientId = world.credentials === 'own' ? addWorldToClientId(name, world.id) : name;
      const account = { ...createIdentity(context, kind, name, context.caller.principal.name), clientId, secretHash };
      try {
        await identitiesIn(context.store).create(account);
      } catch (thrown) {
        if (!(thrown instanceof Collision)) throw thrown;
        throw new Problem('conflict', `There is already ${noun} named \`${name}\`. Choose another name.`);
      }
      return { status: 201, body: { id: account.id, name, clientId, ...wrapSecret(secret) } } as const;
    },
    regenerate: async (context: AuthenticatedContext<Identity>): Promise<Outcome<200, Secret>> => {
      const { target } = context;
      const { secret, secretHash } = generateSecret(context);
      await rejectMissing(identitiesIn(context.store).edit(target.id, { secretHash }, context.now));
      await revokeTokensOfSecret(context, target.id, target.secretHash);
      return { status: 200, body: wrapSecret(secret) };
    },
  };
}

async function get(context: AuthenticatedContext<Identity>): Promise<Outcome<200, Account>> {
  return { status: 200, body: (await createRenderer(context))(context.target) };
}

async function update(
  context: AuthenticatedContext<Identity> & { readonly body: { readonly enabled: boolean } },
): Promise<Outcome<200, undefined>> {
  const { enabled } = context.body;
  await rejectMissing(identitiesIn(context.store).edit(context.target.id, { enabled }, context.now));
  return { status: 200 };
}

async function remove(context: AuthenticatedContext<Identity>): Promise<Outcome<204, undefined>> {
  await endRulesOf(context, context.target);
  await rejectMissing(identitiesIn(context.store).delete(context.target.id));
  return { status: 204 };
}

const applications = createHandlers(APPLICATION);
const serviceAccounts = createHandlers(SERVICE_ACCOUNT);

export const accountOperations = {
  get_applications: applications.list,
  create_application: applications.create,
  get_application_by_id: get,
  update_application_by_id: update,
  delete_application_by_id: remove,
  regenerate_application_secret: applications.regenerate,
  get_service_accounts: serviceAccounts.list,
  create_service_account: serviceAccounts.create,
  get_service_account_by_id: get,
  update_service_account_by_id: update,
  delete_service_account_by_id: remove,
  regenerate_service_account_secret: serviceAccounts.regenerate,
};

/** Returns a function that renders an account as in responses, without its secret. */
async function createRenderer(context: AuthenticatedContext): Promise<(account: Identity) => Account> {
  const tenantId = await readTenantId(context);
  const lastLogins = await identitiesIn(context.store).lastLogins();
  return ({ id, name, clientId, createdBy, createdAt, updatedAt, enabled }) => {
    const lastLogin = lastLogins.get(id);
    return {
      id,
      name,
      clientId: clientId ?? name,
      createdBy: createdBy ?? '',
      createdAt: rfc3339(createdAt),
      updatedAt: updatedAt === null ? null : rfc3339(updatedAt),
      lastLogin: lastLogin === undefined ? null : rfc3339(lastLogin),
      enabled,
      tenantId,
    };
  };
}
