import { readFileSync } from 'node:fs';
import type { Config } from '../../src/config/options.ts';

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

/** The built-in cast of Run:ai, as it stands in the fixtures. Those without a role are there to be changed and deleted. */
export const cast: Cast = JSON.parse(readFileSync(new URL('../../fixtures/runai/cast.json', import.meta.url), 'utf8'));

/** Those with a role: who is left in the world `withoutRetired`. */
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

/** The members of a served cast that have the credentials of examples. */
interface ServedCast {
  readonly runai: { readonly users: readonly { readonly bearer: string }[] };
  readonly ngc: { readonly keys: readonly { readonly name: string; readonly key: string }[] };
}

/** The credential that may do most in a service: with it the examples of its document succeed. */
export function credentialOfExamples({ runai, ngc }: ServedCast, service: string): string {
  if (service === 'runai') return runai.users[0]?.bearer ?? '';
  return ngc.keys.find(({ name }) => name === (service === 'nvct' ? 'nvct-cli' : 'owner'))?.key ?? '';
}

/** Every document of a vendor, with the options that serve it. */
export const DOCUMENTS_WITH_EXAMPLES: readonly [document: string, options: Partial<Config>][] = [
  ['runai', { runai: '2.19' }],
  ['runai', { runai: '2.24' }],
  ['runai', { runai: '3.0' }],
  ['ngc', {}],
  ['air', { air: '2.0' }],
  ['air', { air: 'dsx' }],
  ['nvcf', {}],
  ['nvct', {}],
  ['nak', { nvcf: 'open-source' }],
];
