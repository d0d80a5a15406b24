import { type AirResource, ITEM, OWN } from '../resource.ts';
import { ANALOGY, REFERENCE } from '../sources.ts';
import { MANIFESTS } from './manifests.ts';

/** A manifest under the path of the later API. */
export const PLUGIN_IMAGES = {
  name: 'plugin_images',
  path: '/api/v3/manifests/plugin-images/',
  required: MANIFESTS.required,
  defaults: MANIFESTS.defaults,
  operations: [
    { ...REFERENCE, needs: ['air:manifest_read'], only: 'dsx', rows: ['list'] },
    { ...ANALOGY, needs: ['air:manifest_read'], only: 'dsx', rows: { get: ITEM } },
    { ...ANALOGY, needs: ['air:manifest_write'], only: 'dsx', rows: { create: {}, update: OWN, delete: OWN } },
  ],
} as const satisfies AirResource;
