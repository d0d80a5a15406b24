/** What each identity of the cast has besides its credentials. */
interface Somebody {
  readonly role: string | null;
  /** An access token that does not end. The answer that makes a world leaves it out; `readCast()` has it in every world. */
  readonly bearer?: string;
}

interface CastAccessKey {
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Run:ai's part of the built-in cast. */
export interface RunaiCast {
  readonly tenant: { readonly id: number; readonly name: string; readonly realm: string };
  readonly users: readonly (Somebody & {
    readonly email: string;
    readonly password: string;
    readonly accessKey?: CastAccessKey;
    /** Further ones. */
    readonly accessKeys?: readonly CastAccessKey[];
  })[];
  readonly applications: readonly (Somebody & {
    readonly name: string;
    readonly clientId: string;
    readonly secret: string;
  })[];
  readonly serviceAccounts: readonly (Somebody & {
    readonly name: string;
    readonly clientId: string;
    readonly clientSecret: string;
  })[];
  readonly clusters?: readonly { readonly id: string; readonly name: string }[];
  readonly departments?: readonly { readonly id: string; readonly name: string }[];
  readonly projects?: readonly { readonly id: string; readonly name: string; readonly departmentId?: string }[];
}

declare module '../../contract/cast.ts' {
  interface Cast {
    readonly runai: RunaiCast;
  }
}
