/** The NGC part of the cast. */
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

declare module '../../contract/cast.ts' {
  interface Cast {
    readonly ngc: NgcCast;
  }
}
