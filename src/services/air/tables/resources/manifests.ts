import { type AirResource, ITEM, OWN } from '../resource.ts';
import { ANALOGY, OF_SDK } from '../sources.ts';

/** How the simulation engine runs one kind of node. */
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
