import { type AirResource, ITEM, OWN } from '../resource.ts';
import { ANALOGY, REFERENCE } from '../sources.ts';

/** Files that are written into a node when it boots. */
export const OS_TEMPLATES = {
  name: 'os_templates',
  path: '/api/v3/manifests/os-templates/',
  operatorsSeeAll: true,
  required: ['os_type', 'os_template_version', 'render'],
  defaults: { generate: {}, vars: [] },
  search: ['os_type', 'os_template_version'],
  operations: [
    { ...REFERENCE, needs: ['air:image_read'], only: 'dsx', rows: { list: {}, get: ITEM } },
    { ...ANALOGY, needs: ['air:image_write'], only: 'dsx', rows: { create: {}, delete: OWN } },
  ],
} as const satisfies AirResource;
