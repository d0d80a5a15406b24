/** Members that all identities of the cast have. */
interface CastIdentity {
  readonly role: string | null;
  /** An access token that never expires. Omitted in the response that creates a world; `readCast()` always has it. */
  readonly bearer?: string;
}

/** An access key of the cast, with its secret. */
interface CastAccessKey {
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The Run:ai part of the built-in cast. */
export interface RunaiCast {
  readonly tenant: { readonly id: number; readonly name: string; readonly realm: string };
  readonly users: readonly (CastIdentity & {
    readonly email: string;
    readonly password: string;
    readonly accessKey?: CastAccessKey;
    readonly accessKeys?: readonly CastAccessKey[];
  })[];
  readonly applications: readonly (CastIdentity & {
    readonly name: string;
    readonly clientId: string;
    readonly secret: string;
  })[];
  readonly serviceAccounts: readonly (CastIdentity & {
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
