import { type AirResource, ITEM, OWN } from './resource.ts';
import { ANALOGY, OF_SDK, REFERENCE } from './sources.ts';

/** How the simulation engine runs a kind of node. */
export const MANIFESTS = {
  name: 'manifests',
  path: '/api/v3/manifests/',
  required: [
    'docker_run_parameters',
    'emulation_type',
    'platform_information',
    'simulator_image',
    'simulator_resources',
  ],
  defaults: {
    artifacts_directory: null,
    artifacts_directory_max_size_gb: null,
    boot_group: null,
    configure_node_properties: null,
    configure_simulator: null,
    simulation_engine_versions: null,
    emulation_params: null,
    description: null,
    secrets: null,
  },
  operations: [
    { ...ANALOGY, ...OF_SDK, needs: ['air:manifest_read'], only: '2.0', rows: { list: {}, get: ITEM } },
    {
      ...ANALOGY,
      ...OF_SDK,
      needs: ['air:manifest_write'],
      only: '2.0',
      rows: { create: {}, update: OWN, delete: OWN },
    },
  ],
} as const satisfies AirResource;

/** A manifest at the path of the later API. */
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

/** How to build nodes of hardware models from an image. */
export const OS_IMAGE_MANIFESTS = {
  name: 'os_image_manifests',
  path: '/api/v3/manifests/os-images/',
  required: ['image', 'os_type'],
  defaults: { platforms: {}, capabilities: {}, os_template_partition: null },
  fixed: ['image', 'os_type'],
  refers: { image: { to: 'images', onDelete: 'cascade', owned: true } },
  search: ['os_type', 'image', 'creator'],
  operations: [
    { ...REFERENCE, needs: ['air:image_read'], only: 'dsx', rows: { list: {}, get: ITEM } },
    { ...REFERENCE, needs: ['air:image_write'], only: 'dsx', rows: { update: OWN } },
    { ...ANALOGY, needs: ['air:image_write'], only: 'dsx', rows: { create: {}, delete: OWN } },
  ],
} as const satisfies AirResource;

/** Files that are written to a node when it boots. */
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

/** Hardware properties of a model. */
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
