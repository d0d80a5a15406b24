import { readFileSync } from 'node:fs';
import type { Config } from '../../src/app/options.ts';
import { SERVICES } from './services.ts';

interface CastAccessKey {
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface CastUser {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly passwordHash: string;
  readonly role: string | null;
  readonly accessKey: CastAccessKey;
  readonly accessKeys?: readonly CastAccessKey[];
}

interface Cast {
  readonly tenant: { readonly id: number; readonly name: string; readonly realm: string };
  readonly users: readonly CastUser[];
  readonly applications: readonly { id: string; name: string; clientId: string; secret: string; role: string | null }[];
  readonly serviceAccounts: readonly {
    id: string;
    name: string;
    clientId: string;
    clientSecret: string;
    role: string | null;
  }[];
}

/** The built-in Run:ai cast. Its entries without a role exist for tests that change or delete them. */
export const cast: Cast = JSON.parse(readFileSync(new URL('../../fixtures/runai/cast.json', import.meta.url), 'utf8'));

/** The entries with a role, which remain in the world `withoutRetired`. */
const withRole = <Entry extends { readonly role: string | null }>(entries: readonly Entry[]) =>
  entries.filter(({ role }) => role !== null);
export const active: Pick<Cast, 'users' | 'applications' | 'serviceAccounts'> = {
  users: withRole(cast.users),
  applications: withRole(cast.applications),
  serviceAccounts: withRole(cast.serviceAccounts),
};

export const [application] = cast.applications as [Cast['applications'][number]];
export const [adminBot, plainBot] = cast.serviceAccounts as [
  Cast['serviceAccounts'][number],
  Cast['serviceAccounts'][number],
];
export const [admin, researcher] = cast.users as [CastUser, CastUser];

/** The members of a served cast with the credentials of examples. */
interface ServedCast {
  readonly runai: { readonly users: readonly { readonly bearer: string }[] };
  readonly ngc: { readonly keys: readonly { readonly services: readonly string[]; readonly key: string }[] };
}

/** Returns the credential for the examples of a service's document: its first one in the cast. */
export function credentialOfExamples({ runai, ngc }: ServedCast, service: string): string {
  if (service === 'runai') return runai.users[0]?.bearer ?? '';
  const called = service === 'catalogue' ? 'public-api' : service;
  return (ngc.keys.find(({ services }) => services.includes(called)) ?? ngc.keys[0])?.key ?? '';
}

/** Options without which a service is not served. */
const SERVED_WITH: Readonly<Record<string, Partial<Config>>> = { nak: { nvcf: 'open-source' } };

/** All vendor documents, with the options that serve them. */
export const DOCUMENTS_WITH_EXAMPLES = SERVICES.flatMap(({ name, rules: { rulesets } }) => {
  const documents = new Map(rulesets.toReversed().map(({ document, profile }) => [document, profile]));
  return [...documents].map(([document, profile]): [service: string, options: Partial<Config>, document: string] => [
    name,
    documents.size > 1 ? { [name]: profile } : (SERVED_WITH[name] ?? {}),
    document,
  ]);
});
