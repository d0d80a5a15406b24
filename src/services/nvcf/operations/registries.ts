import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Context, Handler } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { type Instant, rfc3339 } from '../../../lib/clock.ts';
import { pick } from '../../../lib/members.ts';
import { Collection } from '../../../store/collection.ts';
import { ANYONE, type Row } from '../../../store/row.ts';
import { requireAccount } from '../caller.ts';
import { addObject, changeObject, listObjects, removeObject } from '../objects.ts';
import type { NvcfSeed } from '../seed-schema.ts';
import { createAccountLookup } from './lookups.ts';

/** The maximum number of credentials per account, as published. */
export const MAX_REGISTRY_CREDENTIALS = 25;

type RegistryCredentialView = Schema<'nvcf', 'RegistryCredential'>;

/** A stored credential for a registry, without its secret. */
export interface RegistryCredential extends Omit<RegistryCredentialView, 'createdAt' | 'lastUpdatedAt'> {
  readonly createdAt: Instant;
  readonly lastUpdatedAt: Instant;
}
type CredentialRow = Row<RegistryCredential, null>;

export const REGISTRY_CREDENTIALS = new Collection<RegistryCredential>('nvcf.registry-credentials');

export type RecognizedRegistry = NonNullable<NvcfSeed['recognizedRegistries']>[number];

export const RECOGNIZED_REGISTRIES = new Collection<RecognizedRegistry>('nvcf.recognized-registries');

/** Returns the display name of a registry, or its host name if it is unknown. */
export function findRegistryName(recognized: readonly RecognizedRegistry[], hostname: string): string {
  return recognized.find(({ registryHostname }) => registryHostname === hostname)?.registryName ?? hostname;
}

const UNIQUENESS_RULE = 'Registry credentials must have unique hostname and credential name within an account';

function isNamed(credential: RegistryCredential, hostname: string, name: string): boolean {
  return credential.registryHostname === hostname && credential.registryCredentialName === name;
}

/** Returns the first artifact type for which no registry at this host is recognized. */
function findUnrecognizedType(recognized: readonly RecognizedRegistry[], hostname: string, types: readonly string[]) {
  const isRecognized = (type: string) =>
    recognized.some((registry) => registry.artifactType === type && registry.registryHostname === hostname);
  return types.find((type) => !isRecognized(type));
}

/** @throws Problem if the secret is not valid, or the registry is not recognized for an artifact type */
async function checkUpdate(
  context: AuthenticatedContext<CredentialRow>,
  secret: Schema<'nvcf', 'Secret'> | undefined,
  types: readonly string[],
): Promise<void> {
  const { registryHostname, registryName } = context.target.body;
  if (secret !== undefined) checkSecret(registryHostname, secret.value);
  const unrecognizedType = findUnrecognizedType(await listRecognized(context), registryHostname, types);
  if (unrecognizedType !== undefined) {
    const message = `Invalid request: '${registryName}' with hostname '${registryHostname}' not recognized for artifact type '${unrecognizedType}'`;
    throw new Problem('bad_state', message);
  }
  if (secret !== undefined) await checkName(context, secret.name);
}

/** @throws Problem if another credential of the account for the same registry has this name */
async function checkName(context: AuthenticatedContext<CredentialRow>, name: string): Promise<void> {
  const { registryCredentialId: id, registryHostname } = context.target.body;
  const credentials = await listObjects(context, REGISTRY_CREDENTIALS);
  const isTaken = credentials.some(
    (credential) => credential.registryCredentialId !== id && isNamed(credential, registryHostname, name),
  );
  if (!isTaken) return;
  const message = `Account '${requireAccount(context)}': Registry credential '${id}' with name '${name}' for hostname '${registryHostname}' exists - ${UNIQUENESS_RULE}`;
  throw new Problem('conflict', message);
}

function renderCredential({ createdAt, lastUpdatedAt, ...credential }: RegistryCredential): RegistryCredentialView {
  return { ...credential, createdAt: rfc3339(createdAt), lastUpdatedAt: rfc3339(lastUpdatedAt) };
}

function createCredential(
  context: Parameters<Handler<'nvcf', 'createRegistryCredential'>>[0],
  registryName: string,
): RegistryCredential {
  const { random, now, body } = context;
  const { registryHostname, secret } = body;
  return {
    registryCredentialId: random.uuid(),
    ncaId: requireAccount(context),
    registryCredentialName: secret.name,
    registryName,
    registryHostname,
    ...pick(body, ['artifactTypes', 'tags', 'description']),
    provisionedBy: 'USER',
    ...detectKeyType(registryHostname, secret),
    createdAt: now,
    lastUpdatedAt: now,
  };
}

const createRegistryCredential: Handler<'nvcf', 'createRegistryCredential'> = async (context) => {
  const { registryHostname, secret, artifactTypes } = context.body;
  const account = requireAccount(context);
  checkSecret(registryHostname, secret.value);
  const recognized = await listRecognized(context);
  const unrecognizedType = findUnrecognizedType(recognized, registryHostname, artifactTypes);
  if (unrecognizedType !== undefined) {
    const message = `Invalid request: ${unrecognizedType} registry with hostname ${registryHostname} is not yet recognized`;
    throw new Problem('bad_state', message);
  }
  const credential = createCredential(context, findRegistryName(recognized, registryHostname));
  await addObject(context, REGISTRY_CREDENTIALS, credential.registryCredentialId, credential, {
    limit: MAX_REGISTRY_CREDENTIALS,
    check: (others) => {
      if (!others.some((other) => isNamed(other, registryHostname, secret.name))) return;
      const message = `Account '${account}': Registry credential '${secret.name}' for hostname '${registryHostname}' already exists in the account - ${UNIQUENESS_RULE}`;
      throw new Problem('conflict', message);
    },
  });
  return { status: 200, body: { registryCredential: renderCredential(credential) } };
};

const listRegistryCredentials: Handler<'nvcf', 'listRegistryCredentials'> = async (context) => {
  const { artifactType, provisionedBy } = context.query;
  const credentials = (await listObjects(context, REGISTRY_CREDENTIALS)).filter(
    (credential) =>
      (artifactType === undefined || credential.artifactTypes.some((type) => artifactType.includes(type))) &&
      (provisionedBy === undefined || provisionedBy.includes(credential.provisionedBy)),
  );
  return { status: 200, body: { registryCredentials: credentials.map(renderCredential) } };
};

const getRegistryCredential: Handler<'nvcf', 'getRegistryCredential', CredentialRow> = ({ target }) => ({
  status: 200,
  body: { registryCredential: renderCredential(target.body) },
});

/** Updates a credential. The secret is not stored, because no operation returns it. */
const updateRegistryCredential: Handler<'nvcf', 'updateRegistryCredential', CredentialRow> = async (context) => {
  const { secret, artifactTypeEnums: added = [] } = context.body;
  if (secret === undefined && added.length === 0) {
    throw new Problem('bad_state', 'Invalid request: Either secret or artifact types must be specified');
  }
  await checkUpdate(context, secret, added);
  const credential = await changeObject(context, REGISTRY_CREDENTIALS, context.target, (before) => ({
    ...(secret === undefined ? before : replaceSecret(before, secret)),
    artifactTypes: [...new Set([...before.artifactTypes, ...added])],
    lastUpdatedAt: context.now,
  }));
  return { status: 200, body: { registryCredential: renderCredential(credential) } };
};

function replaceSecret(credential: RegistryCredential, secret: Schema<'nvcf', 'Secret'>): RegistryCredential {
  // A secret without a key type removes the previous type.
  const { keyType: _, ...members } = credential;
  return {
    ...members,
    registryCredentialName: secret.name,
    ...detectKeyType(credential.registryHostname, secret),
  };
}

const deleteRegistryCredential: Handler<'nvcf', 'deleteRegistryCredential', CredentialRow> = async (context) => {
  await removeObject(context, REGISTRY_CREDENTIALS, context.target);
  return { status: 204 };
};

async function listRecognized({ store }: Context): Promise<readonly RecognizedRegistry[]> {
  const rows = await RECOGNIZED_REGISTRIES.ofOwner(store.collections, ANYONE);
  return rows.map(({ body }) => body);
}

const listRecognizedRegistries: Handler<'nvcf', 'listRecognizedRegistries'> = async (context) => {
  const recognizedRegistries: Record<string, Omit<RecognizedRegistry, 'artifactType'>[]> = {};
  for (const { artifactType, ...registry } of await listRecognized(context)) {
    recognizedRegistries[artifactType] = [...(recognizedRegistries[artifactType] ?? []), registry];
  }
  return { status: 200, body: { recognizedRegistries } };
};

export const registryLookups = { registryCredential: createAccountLookup(REGISTRY_CREDENTIALS) };

export const registryOperations = {
  createRegistryCredential,
  listRegistryCredentials,
  getRegistryCredential,
  updateRegistryCredential,
  deleteRegistryCredential,
  listRecognizedRegistries,
};

/** The user of NGC registries, whose password is a key. */
const NGC_USER = '$oauthtoken';

/** Base64 (RFC 4648, section 4), optionally without padding, as in the published code. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

function isNgcRegistry(hostname: string): boolean {
  return hostname.endsWith('nvcr.io') || hostname.endsWith('ngc.nvidia.com');
}

/** Returns a member that marks keys of NGC registries from before `nvapi-`, because NGC replaces them. */
function detectKeyType(hostname: string, { value }: Schema<'nvcf', 'Secret'>): { readonly keyType?: string } {
  if (!isNgcRegistry(hostname)) return {};
  const decoded = Buffer.from(String(value), 'base64').toString();
  const isLegacy = decoded.startsWith(`${NGC_USER}:`) && !decoded.startsWith(`${NGC_USER}:nvapi-`);
  return isLegacy ? { keyType: 'LEGACY' } : {};
}

/** @throws Problem if a secret is not `user:password` in base64, or has another user than its NGC registry */
function checkSecret(hostname: string, value: unknown): void {
  const decoded = typeof value === 'string' && BASE64.test(value) ? Buffer.from(value, 'base64').toString() : '';
  // The published code ignores trailing colons.
  const parts = decoded.replace(/:+$/, '').split(':');
  if (parts.length !== 2 || parts.some((part) => part.trim() === '')) {
    const message = 'Invalid request: Registry credential secret must be base64 encoded username:password format';
    throw new Problem('bad_state', message);
  }
  if (isNgcRegistry(hostname) && !decoded.includes(NGC_USER)) {
    throw new Problem('bad_state', 'Invalid request: Missing $oauthtoken username in NGC registry credential');
  }
}
