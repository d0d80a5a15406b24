export interface AirCast {
  readonly simulations: readonly (Record<string, unknown> & { readonly name: string })[];
}

declare module '../../contract/cast.ts' {
  interface Cast {
    readonly air: AirCast;
  }
}
