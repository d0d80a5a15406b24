import { createCall } from './call.ts';
import { getBaseUrl, toEnv } from './client-setup.ts';
import { type Identity, isUsable, readIdentities } from './identities.ts';
import { readEffects, readListedOperations } from './operations.ts';
import { readServices } from './rulesets.ts';
import { toSource } from './source.ts';

/** Returns how to reach each service that an identity can call, as the first such identity. */
export function listStarts(services: readonly string[], identities: readonly Identity[]) {
  return services.flatMap((service) => {
    const identity = identities.find((candidate) => isUsable(candidate) && candidate.services.includes(service));
    if (identity === undefined) return [];
    const own = { ...identity, services: [service] };
    const baseUrl = service === 'catalogue' ? `${getBaseUrl()}/integrate/v1` : getBaseUrl();
    return [{ service, baseUrl, identity, env: toEnv(own) ?? '', library: toLibrary(identity) }];
  });
}

function toLibrary({ name, kind, key }: Identity): string {
  if (key !== undefined) return `mock.key(${toSource(name)})`;
  const [list, member, credential] = {
    user: ['users', 'email', '.accessKey'],
    application: ['applications', 'name', ''],
    'service account': ['serviceAccounts', 'name', ''],
  }[kind as 'user'] ?? ['users', 'email', ''];
  return `mock.cast.runai.${list}.find(({ ${member} }) => ${member} === ${toSource(name)})${credential}`;
}

export async function readStarts() {
  return listStarts(...(await Promise.all([readServices(), readIdentities()])));
}

/** The first refusal of the README: this key may list and deploy functions, and registers one. */
const README_KEY = 'nvcf-deployer';
const BODIES: Readonly<Record<string, object>> = {
  createFunction: { name: 'translate', inferenceUrl: '/', containerImage: 'nvcr.io/acme/translate:1' },
};

/** Finds a request that a key lacks a right for: that of the README or, in another cast, of the first such key; null without one. */
export async function findFirstRefusal() {
  const [identities, operations] = await Promise.all([readIdentities(), readListedOperations()]);
  const keys = identities.filter((identity) => identity.key !== undefined && isUsable(identity));
  for (const identity of keys.toSorted((a, b) => Number(b.name === README_KEY) - Number(a.name === README_KEY))) {
    for (const service of identity.services) {
      const effects = await readEffects({ principal: identity.id }, service);
      const lacking = new Set(effects.filter(({ missing }) => missing !== undefined).map(({ operation }) => operation));
      const listed = operations.find(
        (candidate) => candidate.service === service && lacking.has(candidate.id) && isSendable(candidate.request),
      );
      if (listed?.request == null) continue;
      const { method, path } = listed.request;
      return { call: createCall(method, path, BODIES[listed.id]), identity };
    }
  }
  return null;
}

function isSendable(request: { readonly path: string } | null): boolean {
  return request !== null && !request.path.includes('{');
}
