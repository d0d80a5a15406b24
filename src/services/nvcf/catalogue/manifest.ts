import type { Manifest } from '../../../contract/manifest.ts';
import { CATALOGUE_REASONS } from './reasons.ts';

/** The API catalogue part of the cast. */
export interface CatalogueCast {
  readonly models: readonly CastModel[];
}

/** A model in its current state. */
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

/** Describes the catalogue to the command and the library, which do not load the service. */
export const catalogueManifest = {
  name: 'catalogue',
  options: {},
  reasons: CATALOGUE_REASONS,
  variables: [{ name: 'NVIDIA_BASE_URL', readValue: (_part, url) => `${url}/integrate/v1` }],
  hosts: ['integrate.api.nvidia.com', 'ai.api.nvidia.com'],
  load: async () => (await import('./index.ts')).catalogue,
} as const satisfies Manifest;
