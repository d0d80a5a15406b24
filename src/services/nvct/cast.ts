/** The Cloud Tasks part of the cast. */
export interface NvctCast {
  readonly tasks: readonly (Record<string, unknown> & { readonly name: string })[];
}

declare module '../../contract/cast.ts' {
  interface Cast {
    readonly nvct: NvctCast;
  }
}
