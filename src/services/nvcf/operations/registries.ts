import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Context, Handler } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { pick } from '../../../objects/pick.ts';
import { Collection } from '../../../store/collection.ts';
import type { Row } from '../../../store/collections.ts';
import { ANYONE } from '../../../store/collections.ts';
import { type Instant, rfc3339 } from '../../../time/clock.ts';
import { accountOf } from '../caller.ts';
import { addObject, changeObject, objectsOf, removeObject } from '../objects.ts';
import { createAccountLookup } from './lookups.ts';

/** Maximum number of credentials per account, as published. */
export const MAX_REGISTRY_CREDENTIALS = 25;

type RegistryCredentialView = Schema<'nvcf', 'RegistryCredential'>;

export interface RegistryCredential extends Omit<RegistryCredentialView, 'createdAt' | 'lastUpdatedAt'> {
  readonly createdAt: Instant;
  readonly lastUpdatedAt: Instant;
}

type CredentialRow = Row<RegistryCredential, null>;
export const REGISTRY_CREDENTIALS = new Collection<RegistryCredential>('nvcf.registry-credentials');

export interface RecognizedRegistry {
  readonly artifactType: string;
  readonly registryName: string;
  readonly registryHostname: string;
}

export const RECOGNIZED_REGISTRIES = new Collection<RecognizedRegistry>('nvcf.recognized-registries');

/** Returns the display name of a registry, or its host name if it is unknown. */
export function registryNameOf(recognized: readonly RecognizedRegistry[], hostname: string): string {
  return recognized.find(({ registryHostname }) => registryHostname === hostname)?.registryName ?? hostname;
}

const UNIQUENESS_RULE = 'Registry credentials must have unique hostname and credential name within an account';

function isNamed(credential: RegistryCredential, hostname: string, name: string): boolean {
  return credential.registryHostname === hostname && credential.registryCredentialName === name;
}

/** Finds the first artifact type without a recognized registry at this host. */
function findUnrecognized(
  recognized: readonly RecognizedRegistry[],
  hostname: string,
  types: readonly string[],
): string | undefined {
  const isRecognized = (type: string) =>
    recognized.some((registry) => registry.artifactType === type && registry.registryHostname === hostname);
  return types.find((type) => !isRecognized(type));
}

/** Base64 (RFC 4648, section 4), optionally without padding, as in the published code. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

function isNgcRegistry(hostname: string): boolean {
  return hostname.endsWith('nvcr.io') || hostname.endsWith('ngc.nvidia.com');
}

const NGC_USER = '$oauthtoken:';

/** Marks keys of NGC registries that predate `nvapi-`, because NGC is replacing them. */
function detectKeyType(hostname: string, { value }: Schema<'nvcf', 'Secret'>): { readonly keyType?: string } {
  if (!isNgcRegistry(hostname)) return {};
  const decoded = Buffer.from(String(value), 'base64').toString();
  return decoded.startsWith(NGC_USER) && !decoded.startsWith(`${NGC_USER}nvapi-`) ? { keyType: 'LEGACY' } : {};
}

/** @throws Problem if the secret is not `user:password` in base64 */
function checkSecret(hostname: string, value: unknown): void {
  const decoded = typeof value === 'string' && BASE64.test(value) ? Buffer.from(value, 'base64').toString() : '';
  // The published code ignores trailing colons.
  const parts = decoded.replace(/:+$/, '').split(':');
  if (parts.length !== 2 || parts.some((part) => part.trim() === '')) {
    const message = 'Invalid request: Registry credential secret must be base64 encoded username:password format';
    throw new Problem('bad_state', message);
  }
  if (isNgcRegistry(hostname) && !decoded.includes('$oauthtoken')) {
    throw new Problem('bad_state', 'Invalid request: Missing $oauthtoken username in NGC registry credential');
  }
}

/** @throws Problem if the secret is invalid, or the registry is not recognized for an artifact type */
async function checkUpdate(
  context: AuthenticatedContext<CredentialRow>,
  secret: Schema<'nvcf', 'Secret'> | undefined,
  types: readonly string[],
): Promise<void> {
  const { registryCredentialId, registryHostname, registryName } = context.target.body;
  if (secret !== undefined) checkSecret(registryHostname, secret.value);
  const unknown = findUnrecognized(await findRecognized(context), registryHostname, types);
  if (unknown !== undefined) {
    const message = `Invalid request: '${registryName}' with hostname '${registryHostname}' not recognized for artifact type '${unknown}'`;
    throw new Problem('bad_state', message);
  }
  if (secret === undefined) return;
  const { name } = secret;
  const others = await objectsOf(context, REGISTRY_CREDENTIALS);
  if (
    others.some(
      (other) => other.registryCredentialId !== registryCredentialId && isNamed(other, registryHostname, name),
    )
  ) {
    throw new Problem(
      'conflict',
      `Account '${accountOf(context)}': Registry credential '${registryCredentialId}' with name '${name}' for hostname '${registryHostname}' exists - ${UNIQUENESS_RULE}`,
    );
  }
}

function view({ createdAt, lastUpdatedAt, ...credential }: RegistryCredential): RegistryCredentialView {
  return { ...credential, createdAt: rfc3339(createdAt), lastUpdatedAt: rfc3339(lastUpdatedAt) };
}

const create: Handler<'nvcf', 'createRegistryCredential'> = async (context) => {
  const { random, now, body } = context;
  const { registryHostname, secret, artifactTypes } = body;
  const account = accountOf(context);
  checkSecret(registryHostname, secret.value);
  const recognized = await findRecognized(context);
  const unknown = findUnrecognized(recognized, registryHostname, artifactTypes);
  if (unknown !== undefined) {
    const message = `Invalid request: ${unknown} registry with hostname ${registryHostname} is not yet recognized`;
    throw new Problem('bad_state', message);
  }
  const registryName = registryNameOf(recognized, registryHostname);
  const credential: RegistryCredential = {
    registryCredentialId: random.uuid(),
    ncaId: account,
    registryCredentialName: secret.name,
    registryName,
    registryHostname,
    ...pick(body, ['artifactTypes', 'tags', 'description']),
    provisionedBy: 'USER',
    ...detectKeyType(registryHostname, secret),
    createdAt: now,
    lastUpdatedAt: now,
  };
  await addObject(context, REGISTRY_CREDENTIALS, credential.registryCredentialId, credential, {
    limit: MAX_REGISTRY_CREDENTIALS,
    check: (others) => {
      if (!others.some((other) => isNamed(other, registryHostname, secret.name))) return;
      throw new Problem(
        'conflict',
        `Account '${account}': Registry credential '${secret.name}' for hostname '${registryHostname}' already exists in the account - ${UNIQUENESS_RULE}`,
      );
    },
  });
  return { status: 200, body: { registryCredential: view(credential) } };
};

const list: Handler<'nvcf', 'listRegistryCredentials'> = async (context) => {
  const { artifactType, provisionedBy } = context.query;
  const credentials = (await objectsOf(context, REGISTRY_CREDENTIALS)).filter(
    (credential) =>
      (artifactType === undefined || credential.artifactTypes.some((type) => artifactType.includes(type))) &&
      (provisionedBy === undefined || provisionedBy.includes(credential.provisionedBy)),
  );
  return { status: 200, body: { registryCredentials: credentials.map(view) } };
};

const get: Handler<'nvcf', 'getRegistryCredential', CredentialRow> = ({ target }) => ({
  status: 200,
  body: { registryCredential: view(target.body) },
});

/** Does not store the secret, because no operation returns it. */
const update: Handler<'nvcf', 'updateRegistryCredential', CredentialRow> = async (context) => {
  const { secret, artifactTypeEnums: added = [] } = context.body;
  if (secret === undefined && added.length === 0) {
    throw new Problem('bad_state', 'Invalid request: Either secret or artifact types must be specified');
  }
  await checkUpdate(context, secret, added);
  const credential = await changeObject(context, REGISTRY_CREDENTIALS, context.target, (before) => {
    const { keyType: _, ...others } = before;
    return {
      ...(secret === undefined
        ? before
        : { ...others, registryCredentialName: secret.name, ...detectKeyType(before.registryHostname, secret) }),
      artifactTypes: [...new Set([...before.artifactTypes, ...added])],
      lastUpdatedAt: context.now,
    };
  });
  return { status: 200, body: { registryCredential: view(credential) } };
};

const remove: Handler<'nvcf', 'deleteRegistryCredential', CredentialRow> = async (context) => {
  await removeObject(context, REGISTRY_CREDENTIALS, context.target);
  return { status: 204 };
};

async function findRecognized({ store }: Pick<Context, 'store'>): Promise<readonly RecognizedRegistry[]> {
  const rows = await RECOGNIZED_REGISTRIES.ofOwner(store.collections, ANYONE);
  return rows.map(({ body }) => body);
}

const listRecognized: Handler<'nvcf', 'listRecognizedRegistries'> = async (context) => {
  const recognizedRegistries: Record<string, Omit<RecognizedRegistry, 'artifactType'>[]> = {};
  for (const { artifactType, ...registry } of await findRecognized(context)) {
    recognizedRegistries[artifactType] = [...(recognizedRegistries[artifactType] ?? []), registry];
  }
  return { status: 200, body: { recognizedRegistries } };
};

export const registryLookups = { registryCredential: createAccountLookup(REGISTRY_CREDENTIALS) };

export const registryOperations = {
  createRegistryCredential: create,
  listRegistryCredentials: list,
  getRegistryCredential: get,
  updateRegistryCredential: update,
  deleteRegistryCredential: remove,
  listRecognizedRegistries: listRecognized,
};
