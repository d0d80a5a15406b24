import type { MembersOf } from './stored.ts';

type Sized = Pick<MembersOf<'nodes'>, 'cpu' | 'memory' | 'storage'>;

/**
 * Members of a new demo that no request sets.
 *
 * @param simulation the copy that belongs to the demo
 * @param nodes the nodes of the copy
 */
export function newDemo(simulation: string, creator: string, nodes: readonly Sized[]) {
  return {
    demo_simulation_state: 'DEMO',
    demo: simulation,
    creator,
    like_count: 0,
    liked_by_client: false,
    published: false,
    publicly_published: false,
    provision_count: 0,
    // How the vendor estimates hours is not published.
    expected_resource_usage: { ...totalOf(nodes), compute_hours: 0 },
    publish_access_record_id: null,
    featured: false,
    order: null,
  };
}

function totalOf(nodes: readonly Sized[]): Sized {
  const total = (member: keyof Sized) => nodes.reduce((sum, node) => sum + node[member], 0);
  return { cpu: total('cpu'), memory: total('memory'), storage: total('storage') };
}
