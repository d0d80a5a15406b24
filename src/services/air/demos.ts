import type { RowOf } from './stored.ts';

/** Returns the members of a new demo that no request can set. @param simulation the demo's copy, which has the nodes */
export function createDemoMembers(simulation: string, creator: string, nodes: readonly RowOf<'nodes'>[]) {
  const total = (member: 'cpu' | 'memory' | 'storage') =>
    nodes.reduce((sum, { body }) => sum + body.members[member], 0);
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
    expected_resource_usage: {
      cpu: total('cpu'),
      memory: total('memory'),
      storage: total('storage'),
      compute_hours: 0,
    },
    publish_access_record_id: null,
    featured: false,
    order: null,
  };
}
