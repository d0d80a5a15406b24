/** Members of a new demo that no request sets. @param simulation the copy that belongs to the demo */
export function newDemo(simulation: string, creator: string) {
  return {
    demo_simulation_state: 'DEMO',
    demo: simulation,
    creator,
    like_count: 0,
    liked_by_client: false,
    published: false,
    publicly_published: false,
    provision_count: 0,
    expected_resource_usage: null,
    publish_access_record_id: null,
    featured: false,
    order: null,
  };
}
