import type { MembersOf } from './stored.ts';

type ResourceUsage = Pick<MembersOf<'nodes'>, 'cpu' | 'memory' | 'storage'>;

/**
 * Returns the members of a new demo that no request can set.
 *
 * @param simulation the demo's copy of a simulation
 * @param nodes nodes of the copy
 */
export function createDemoMembers(simulation: string, creator: string, nodes: readonly ResourceUsage[]) {
  return {
    demo_simulation_state: 'DEMO',
    demo: simulation,
    creator,
    like_count: 0,
    liked_by_client: false,
    published: false,
    publicly_published: false,
    provision_count: 0,
    // The vendor's estimate of hours is not documented.
    expected_resource_usage: { ...sumResources(nodes), compute_hours: 0 },
    publish_access_record_id: null,
    featured: false,
    order: null,
  };
}

function sumResources(nodes: readonly ResourceUsage[]): ResourceUsage {
  const total = (member: keyof ResourceUsage) => nodes.reduce((sum, node) => sum + node[member], 0);
  return { cpu: total('cpu'), memory: total('memory'), storage: total('storage') };
}
