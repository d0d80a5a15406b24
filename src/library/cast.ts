/** The cast: who is who, with public test credentials. The shape of a seed file. */
export interface Cast {
  readonly runai: RunaiCast;
  readonly ngc: NgcCast;
  readonly nvcf: { readonly functions: readonly (Record<string, unknown> & { readonly name: string })[] };
  readonly air: { readonly simulations: readonly (Record<string, unknown> & { readonly name: string })[] };
}

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

export interface NgcCast {
  readonly org: string;
  readonly ncaId: string;
  readonly keys: readonly {
    readonly id: string;
    readonly org: string;
    readonly name: string;
    readonly type: 'service' | 'personal';
    readonly services: readonly string[];
    readonly scopes?: readonly string[];
    readonly roles?: readonly string[];
    readonly key: string;
  }[];
}
