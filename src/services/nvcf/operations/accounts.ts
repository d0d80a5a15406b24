import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Operations } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { rfc3339 } from '../../../lib/clock.ts';
import { type Account, listAccounts } from '../../ngc-keys/accounts.ts';
import { fillText } from '../../ngc-keys/control-plane.ts';
import { hasToken, requireAccount } from '../caller.ts';
import { FUNCTIONS } from '../functions.ts';
import { FAULTS } from '../tables/texts.ts';
import { MAX_FUNCTIONS } from './functions.ts';
import { MAX_REGISTRY_CREDENTIALS, REGISTRY_CREDENTIALS, type RegistryCredential } from './registries.ts';
import { MAX_TELEMETRIES, renderTelemetry, TELEMETRIES } from './telemetries.ts';

/** The published maximum number of tasks, which the mock does not enforce. */
const MAX_TASKS = 50;

const LIMITS = {
  maxFunctionsAllowed: MAX_FUNCTIONS,
  maxTasksAllowed: MAX_TASKS,
  maxTelemetriesAllowed: MAX_TELEMETRIES,
  maxRegistryCredentialsAllowed: MAX_REGISTRY_CREDENTIALS,
} as const;

function formatLastUpdated({ lastUpdatedAt }: Account): string | null {
  return lastUpdatedAt === null ? null : rfc3339(lastUpdatedAt);
}

function renderAccount(account: Account): Schema<'nvcf', 'Account'> {
  const { ncaId, name, clientIds } = account;
  return { ncaId, adminClientIds: clientIds, name, ...LIMITS, lastUpdatedAt: formatLastUpdated(account) };
}

function renderCredential(credential: RegistryCredential): Schema<'nvcf', 'AccountRegistryCredential'> {
  const { registryHostname, registryCredentialName: name, artifactTypes } = credential;
  return { registryHostname, secret: { name }, artifactTypes };
}

type AccountContext = Pick<AuthenticatedContext, 'store' | 'caller'> & { readonly params: { readonly ncaId: string } };

/** @throws Problem if the caller is a key of another account, even if the requested account does not exist */
function assertOwnAccount(context: AccountContext): void {
  const { ncaId } = context.params;
  if (hasToken(context) || ncaId === requireAccount(context)) return;
  const message = fillText(FAULTS.otherAccount, { account: requireAccount(context), ncaId });
  throw new Problem('forbidden', message, { reason: 'other_organization', why: 'the key belongs to another account' });
}

/** Returns the account in the path. @throws Problem if it is not set up, or does not belong to the key */
export async function findPathAccount(context: AccountContext): Promise<Account> {
  assertOwnAccount(context);
  const { ncaId } = context.params;
  const account = (await listAccounts(context.store)).find((candidate) => candidate.ncaId === ncaId);
  if (account === undefined) throw new Problem('not_found', fillText(FAULTS.noAccount, { ncaId }));
  return account;
}

/** Refuses after the access decision. @param operation method and path, for the message */
function createNotEmulatedHandler(operation: string) {
  return (context: AccountContext & Pick<AuthenticatedContext, 'hints'>): never => {
    assertOwnAccount(context);
    const message = `The mock does not emulate \`${operation}\`: accounts and their clients come from the seed (\`nvcf.accounts\`).`;
    context.hints.add('not_emulated', message);
    throw new Problem('not_found', message);
  };
}

export const accountOperations = {
  /** Lists every account for a token. A key sees its own account, or none if that is not set up. */
  listAccounts: async (context) => {
    const accounts = await listAccounts(context.store);
    const visible = hasToken(context) ? accounts : accounts.filter(({ ncaId }) => ncaId === requireAccount(context));
    return { status: 200, body: { cloudAccounts: visible.map(renderAccount) } };
  },
  getAccount: async (context) => {
    const account = await findPathAccount(context);
    const { ncaId, name, clientIds } = account;
    const { collections } = context.store;
    const [telemetries, credentials, functions] = await Promise.all([
      TELEMETRIES.ofOwner(collections, ncaId),
      REGISTRY_CREDENTIALS.ofOwner(collections, ncaId),
      FUNCTIONS.ofOwner(collections, ncaId),
    ]);
    return {
      status: 200,
      body: {
        account: {
          ncaId,
          clientIds,
          name,
          telemetries: telemetries.length === 0 ? null : telemetries.map(({ body }) => renderTelemetry(body)),
          registryCredentials: credentials.length === 0 ? null : credentials.map(({ body }) => renderCredential(body)),
          ...LIMITS,
          currentNumberFunctions: functions.length,
          lastUpdatedAt: formatLastUpdated(account),
        },
      },
    };
  },
  createAccount: createNotEmulatedHandler('POST /v2/nvcf/accounts/{ncaId}'),
  updateAccount: createNotEmulatedHandler('PATCH /v2/nvcf/accounts/{ncaId}'),
  deleteAccount: createNotEmulatedHandler('DELETE /v2/nvcf/accounts/{ncaId}'),
  associateAccountClient: createNotEmulatedHandler('PATCH /v2/nvcf/accounts/{ncaId}/clients/associate'),
  disassociateAccountClient: createNotEmulatedHandler('PATCH /v2/nvcf/accounts/{ncaId}/clients/disassociate'),
} satisfies Partial<Operations<'nvcf'>>;
