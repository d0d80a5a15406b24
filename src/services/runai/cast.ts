/** Run:ai's part of the built-in cast. */
export interface RunaiCast {
  readonly tenant: { readonly id: number; readonly name: string; readonly realm: string };
  readonly users: readonly {
    readonly email: string;
    readonly password: string;
    readonly role: string | null;
    readonly accessKey?: {
      readonly id: string;
      readonly name: string;
      readonly clientId: string;
      readonly clientSecret: string;
    };
  }[];
  readonly applications: readonly {
    readonly name: string;
    readonly clientId: string;
    readonly secret: string;
    readonly role: string | null;
  }[];
  readonly serviceAccounts: readonly {
    readonly name: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly role: string | null;
  }[];
  readonly clusters?: readonly { readonly id: string; readonly name: string }[];
  readonly departments?: readonly { readonly id: string; readonly name: string }[];
  readonly projects?: readonly { readonly id: string; readonly name: string; readonly departmentId?: string }[];
}

declare module '../../contract/cast.ts' {
  interface Cast {
    readonly runai: RunaiCast;
  }
}
