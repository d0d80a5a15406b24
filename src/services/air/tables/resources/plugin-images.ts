import type { AirResource } from '../resource.ts';
import { ANALOGY, REFERENCE } from '../sources.ts';
import { MANIFESTS } from './manifests.ts';

/** The same as a manifest, where the later API has it. */
export const PLUGIN_IMAGES = {
  name: 'plugin_images',
  path: '/api/v3/manifests/plugin-images/',
  required: MANIFESTS.required,
  defaults: MANIFESTS.defaults,
  filters: MANIFESTS.filters,
  search: MANIFESTS.search,
  operations: [
    {
      id: 'plugin_images_list',
      needs: { all: ['air:manifest_read'] },
      only: 'dsx',
      source: REFERENCE,
      certainty: 'documented',
    },
    {
      id: 'plugin_images_create',
      needs: { all: ['air:manifest_write'] },
      only: 'dsx',
      source: ANALOGY,
      certainty: 'inferred',
    },
  ],
} as const satisfies AirResource;
