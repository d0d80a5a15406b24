/** The Cloud Functions part of the cast. */
export interface NvcfCast {
  readonly functions: readonly (Record<string, unknown> & { readonly name: string })[];
}

declare module '../../contract/cast.ts' {
  interface Cast {
    readonly nvcf: NvcfCast;
  }
}
