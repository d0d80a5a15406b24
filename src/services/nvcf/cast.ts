/** The part of the cast in Cloud Functions. */
export interface NvcfCast {
  readonly functions: readonly (Record<string, unknown> & { readonly name: string })[];
}

declare module '../../contract/cast.ts' {
  interface Cast {
    readonly nvcf: NvcfCast;
  }
}
