import type { AirResource } from '../resource.ts';
import { ANALOGY } from '../sources.ts';

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
  },
  filters: ['emulation_type', 'simulator_image', 'id', 'org_name', 'port_mapping_required'],
  search: ['emulation_type', 'simulator_image'],
  operations: [
    {
      id: 'manifests_list',
      needs: { all: ['air:manifest_read'] },
      only: '2.0',
      source: ANALOGY,
      certainty: 'inferred',
    },
    {
      id: 'manifests_get',
      item: true,
      needs: { all: ['air:manifest_read'] },
      only: '2.0',
      source: ANALOGY,
      certainty: 'inferred',
    },
    {
      id: 'manifests_create',
      needs: { all: ['air:manifest_write'] },
      only: '2.0',
      source: ANALOGY,
      certainty: 'inferred',
    },
    {
      id: 'manifests_update',
      item: true,
      ownersOnly: true,
      needs: { all: ['air:manifest_write'] },
      only: '2.0',
      source: ANALOGY,
      certainty: 'inferred',
    },
    {
      id: 'manifests_delete',
      item: true,
      ownersOnly: true,
      needs: { all: ['air:manifest_write'] },
      only: '2.0',
      source: ANALOGY,
      certainty: 'inferred',
    },
  ],
} as const satisfies AirResource;
