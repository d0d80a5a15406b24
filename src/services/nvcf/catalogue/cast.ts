/** The API catalogue part of the cast. */
export interface CatalogueCast {
  readonly models: readonly CastModel[];
}

export interface CastModel {
  /** `<company>/<model>`, which requests send as `model`. */
  readonly id: string;
  readonly kind: 'chat' | 'embedding' | 'ranking';
  readonly state: 'live' | 'offline' | 'retiring' | 'retired';
  /** `gated`: only some accounts may call it. */
  readonly access: 'public' | 'gated';
  readonly functionId: string;
  readonly paths: readonly string[];
  readonly offline?: string;
  readonly endOfLife?: string;
  readonly accounts?: readonly string[];
  readonly symmetric?: boolean;
  readonly takesSingleToolCalls?: boolean;
  readonly rejects?: readonly string[];
}

declare module '../../../contract/cast.ts' {
  interface Cast {
    readonly catalogue: CatalogueCast;
  }
}
