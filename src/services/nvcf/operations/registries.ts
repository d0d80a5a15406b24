import type { Schema } from '../../../contract/documented.ts';
import type { Context, Handler } from '../../../contract/request.ts';
import { type Instant, rfc3339 } from '../../../core/clock.ts';
import { Problem } from '../../../core/problem.ts';
import { Collection } from '../../../store/collection.ts';
import type { Row } from '../../../store/collections.ts';
import { EVERYBODY } from '../../../store/collections.ts';
import { accountOf } from '../caller.ts';
import { pick } from '../members.ts';
import { addObject, changeObject, objectsOf, removeObject } from '../objects.ts';
import { ofAccount } from './lookups.ts';

/** The most credentials of an account, as published. */
const MOST = 25;

type Shown = Schema<'nvcf', 'RegistryCredential'>;

export interface RegistryCredential extends Omit<Shown, 'createdAt' | 'lastUpdatedAt'> {
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

/** The display name of a registry; of an unknown one, its host. */
export function registryNameOf(recognized: readonly RecognizedRegistry[], hostname: string): string {
  return recognized.find(({ registryHostname }) => registryHostname === hostname)?.registryName ?? hostname;
}

function view({ createdAt, lastUpdatedAt, ...credential }: RegistryCredential): Shown {
  return { ...credential, createdAt: rfc3339(createdAt), lastUpdatedAt: rfc3339(lastUpdatedAt) };
}

const create: Handler<'nvcf', 'createRegistryCredential'> = async (context) => {
  const { random, now, body } = context;
  const { registryHostname, secret, artifactTypes } = body;
  const registryName = registryNameOf(await findRecognized(context), registryHostname);
  const credential: RegistryCredential = {
    registryCredentialId: random.uuid(),
    ncaId: accountOf(context),
    registryCredentialName: secret.name,
    registryName,
    registryHostname,
    artifactTypes: [...new Set(artifactTypes)],
    ...pick(body, ['tags', 'description']),
    provisionedBy: 'USER',
    createdAt: now,
    lastUpdatedAt: now,
  };
  const isSame = (one: RegistryCredential) =>
    one.registryHostname === registryHostname && one.registryCredentialName === secret.name;
  await addObject(context, REGISTRY_CREDENTIALS, credential.registryCredentialId, credential, {
    limit: MOST,
    check: (others) => {
      if (!others.some(isSame)) return;
      throw new Problem('conflict', `Registry '${registryHostname}': Credential '${secret.name}' exists already`);
    },
  });
  return { status: 200, body: { registryCredential: view(credential) } };
};

const list: Handler<'nvcf', 'listRegistryCredentials'> = async (context) => {
  const { artifactType, provisionedBy } = context.query;
  const credentials = (await objectsOf(context, REGISTRY_CREDENTIALS)).filter(
    (one) =>
      (artifactType === undefined || one.artifactTypes.includes(artifactType)) &&
      (provisionedBy === undefined || one.provisionedBy === provisionedBy),
  );
  return { status: 200, body: { registryCredentials: credentials.map(view) } };
};

const get: Handler<'nvcf', 'getRegistryCredential', CredentialRow> = ({ target }) => ({
  status: 200,
  body: { registryCredential: view(target.body) },
});

/** The secret is not stored: no operation returns it. */
const update: Handler<'nvcf', 'updateRegistryCredential', CredentialRow> = async (context) => {
  const { secret, artifactTypeEnums: added = [] } = context.body;
  if (secret === undefined && added.length === 0) {
    throw new Problem('bad_state', 'Invalid request: Either secret or artifact types must be specified');
  }
  const credential = await changeObject(context, REGISTRY_CREDENTIALS, context.target, (before) => ({
    ...before,
    ...(secret !== undefined && { registryCredentialName: secret.name }),
    artifactTypes: [...new Set([...before.artifactTypes, ...added])],
    lastUpdatedAt: context.now,
  }));
  return { status: 200, body: { registryCredential: view(credential) } };
};

const remove: Handler<'nvcf', 'deleteRegistryCredential', CredentialRow> = async (context) => {
  await removeObject(context, REGISTRY_CREDENTIALS, context.target);
  return { status: 204 };
};

async function findRecognized({ store }: Pick<Context, 'store'>): Promise<readonly RecognizedRegistry[]> {
  const rows = await RECOGNIZED_REGISTRIES.ofOwner(store.collections, EVERYBODY);
  return rows.map(({ body }) => body);
}

const listRecognized: Handler<'nvcf', 'listRecognizedRegistries'> = async (context) => {
  const recognizedRegistries: Record<string, Omit<RecognizedRegistry, 'artifactType'>[]> = {};
  for (const { artifactType, ...registry } of await findRecognized(context)) {
    recognizedRegistries[artifactType] = [...(recognizedRegistries[artifactType] ?? []), registry];
  }
  return { status: 200, body: { recognizedRegistries } };
};

export const registryLookups = { registryCredential: ofAccount(REGISTRY_CREDENTIALS) };

export const registryOperations = {
  createRegistryCredential: create,
  listRegistryCredentials: list,
  getRegistryCredential: get,
  updateRegistryCredential: update,
  deleteRegistryCredential: remove,
  listRecognizedRegistries: listRecognized,
};
