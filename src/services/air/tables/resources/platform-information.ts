import { type AirResource, ITEM, OWN } from '../resource.ts';
import { ANALOGY, REFERENCE } from '../sources.ts';

/** What the hardware of a model is like. */
export const PLATFORM_INFORMATION = {
  name: 'platform_information',
  path: '/api/v3/manifests/platform-information/',
  required: ['model', 'platform_information_version', 'port_map', 'ports_config'],
  defaults: { os_type: null, emulation_type: null, vars: {}, simulator_config: {}, minimum_resources: null },
  search: ['os_type', 'model', 'emulation_type', 'platform_information_version', 'creator'],
  operations: [
    { ...REFERENCE, needs: ['air:image_read'], only: 'dsx', rows: { list: {}, get: ITEM } },
    { ...REFERENCE, needs: ['air:image_write'], only: 'dsx', rows: ['create'] },
    { ...ANALOGY, needs: ['air:image_write'], only: 'dsx', rows: { delete: OWN } },
  ],
} as const satisfies AirResource;
