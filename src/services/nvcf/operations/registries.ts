import type { Handler } from '../../../contract/request.ts';
import { type Instant, rfc3339 } from '../../../core/clock.ts';
import { Problem } from '../../../core/problem.ts';
import type { Row } from '../../../store/collections.ts';
import { accountOf } from '../caller.ts';
import { EVERYBODY } from '../functions.ts';
import { picked } from '../members.ts';
import { addObject, changeTarget, objectsOf } from '../objects.ts';
import { ofAccount } from './lookups.ts';

export const REGISTRY_CREDENTIALS = 'nvcf.registry-credentials';
export const RECOGNIZED_REGISTRIES = 'nvcf.recognized-registries';
/** Of one account, as published. */
const MOST = 25;

interface RegistryCredential {
  readonly registryCredentialId: string;
  readonly ncaId: string;
  readonly registryCredentialName: string;
  readonly registryName: string;
  readonly registryHostname: string;
  readonly artifactTypes: readonly string[];
  readonly tags?: readonly string[];
  readonly description?: string;
  readonly provisionedBy: 'SYSTEM' | 'USER';
  readonly createdAt: Instant;
  readonly lastUpdatedAt: Instant;
}

/** A registry that the vendor knows by name. */
export interface RecognizedRegistry {
  readonly artifactType: string;
  readonly registryName: string;
  readonly registryHostname: string;
}

function view({ createdAt, lastUpdatedAt, ...credential }: RegistryCredential) {
  return { ...credential, createdAt: rfc3339(createdAt), lastUpdatedAt: rfc3339(lastUpdatedAt) };
}

const create: Handler = async (context) => {
  const { random, now, store } = context;
  const body = context.body as {
    registryHostname: string;
    secret: { name: string };
    artifactTypes: readonly string[];
  };
  const known = await objectsOf<RegistryCredential>(context, REGISTRY_CREDENTIALS);
  const { registryHostname, secret, artifactTypes } = body;
  if (known.some((one) => one.registryHostname === registryHostname && one.registryCredentialName === secret.name)) {
    throw new Problem('conflict', `Registry '${registryHostname}': Credential '${secret.name}' exists already`);
  }
  const rows = await store.collections.ofOwner(RECOGNIZED_REGISTRIES, EVERYBODY);
  const registries = rows.map((row) => row.body as RecognizedRegistry);
  const registryName =
    registries.find((registry) => registry.registryHostname === registryHostname)?.registryName ?? registryHostname;
  const credential: RegistryCredential = {
    registryCredentialId: random.uuid(),
    ncaId: accountOf(context),
    registryCredentialName: secret.name,
    registryName,
    registryHostname,
    artifactTypes: [...new Set(artifactTypes)],
    ...picked(body, ['tags', 'description']),
    provisionedBy: 'USER',
    createdAt: now,
    lastUpdatedAt: now,
  };
  await addObject(context, REGISTRY_CREDENTIALS, credential.registryCredentialId, credential, { limit: MOST });
  return { status: 200, body: { registryCredential: view(credential) } };
};

const list: Handler = async (context) => {
  const { artifactType, provisionedBy } = context.query as { artifactType?: string; provisionedBy?: string };
  const credentials = (await objectsOf<RegistryCredential>(context, REGISTRY_CREDENTIALS)).filter(
    (one) =>
      (artifactType === undefined || one.artifactTypes.includes(artifactType)) &&
      (provisionedBy === undefined || one.provisionedBy === provisionedBy),
  );
  return { status: 200, body: { registryCredentials: credentials.map(view) } };
};

const get: Handler = ({ target }) => ({
  status: 200,
  body: { registryCredential: view((target as Row).body as RegistryCredential) },
});

/** The secret itself is not kept: nothing ever shows it. */
const update: Handler = async (context) => {
  const { secret, artifactTypeEnums } = context.body as {
    secret?: { name: string };
    artifactTypeEnums?: readonly string[];
  };
  if (secret === undefined && artifactTypeEnums === undefined) {
    throw new Problem('invalid_request', 'At least one of the fields `secret` and `artifactTypeEnums` is needed.');
  }
  const credential = await changeTarget<RegistryCredential>(context, (before) => ({
    ...before,
    ...(secret !== undefined && { registryCredentialName: secret.name }),
    ...(artifactTypeEnums !== undefined && { artifactTypes: [...new Set(artifactTypeEnums)] }),
    lastUpdatedAt: context.now,
  }));
  return { status: 200, body: { registryCredential: view(credential as RegistryCredential) } };
};

const remove: Handler = async (context) => {
  await changeTarget(context, () => null);
  return { status: 204 };
};

const listRecognized: Handler = async ({ store }) => {
  const rows = await store.collections.ofOwner(RECOGNIZED_REGISTRIES, EVERYBODY);
  const recognizedRegistries: Record<string, object[]> = {};
  for (const row of rows) {
    const { artifactType, ...registry } = row.body as RecognizedRegistry;
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
