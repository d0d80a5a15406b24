import { readFileSync } from 'node:fs';

export interface CastUser {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly passwordHash: string;
  readonly role: string;
  readonly accessKey: {
    readonly id: string;
    readonly name: string;
    readonly clientId: string;
    readonly clientSecret: string;
  };
}

interface Cast {
  readonly tenant: { readonly id: number; readonly name: string; readonly realm: string };
  readonly users: readonly CastUser[];
  readonly applications: readonly { id: string; name: string; clientId: string; secret: string; role: string }[];
  readonly serviceAccounts: readonly {
    id: string;
    name: string;
    clientId: string;
    clientSecret: string;
    role: string;
  }[];
}

/** The built-in cast of Run:ai, as it stands in the fixtures. */
export const cast: Cast = JSON.parse(readFileSync(new URL('../../fixtures/runai/cast.json', import.meta.url), 'utf8'));

export const [application] = cast.applications as [Cast['applications'][number]];
export const [adminBot, plainBot] = cast.serviceAccounts as [
  Cast['serviceAccounts'][number],
  Cast['serviceAccounts'][number],
];
export const [admin, researcher] = cast.users as [CastUser, CastUser];
