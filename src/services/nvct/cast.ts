/** The part of the cast in Cloud Tasks. */
export interface NvctCast {
  readonly tasks: readonly (Record<string, unknown> & { readonly name: string })[];
}

declare module '../../contract/cast.ts' {
  interface Cast {
    readonly nvct: NvctCast;
  }
}
