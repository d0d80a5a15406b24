import type { AirResource } from '../resource.ts';
import { ANALOGY, REFERENCE } from '../sources.ts';

/** The same as a manifest, where the later API has it. */
export const PLUGIN_IMAGES = {
  name: 'plugin_images',
  path: '/api/v3/manifests/plugin-images/',
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
  },
  filters: ['emulation_type', 'simulator_image', 'id', 'org_name', 'port_mapping_required'],
  search: ['emulation_type', 'simulator_image'],
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
