import { createHash } from 'node:crypto';
import { readDocumentedOperations } from './documented-operations.ts';
import { castKey } from './ngc-cast.ts';
import { type Answer, START, type TestServer } from './server.ts';

export type AirProfile = '2.0' | 'dsx';

/** Values for the path, the query and the body of a request. */
export interface Filling {
  readonly id?: string;
  readonly query?: string;
  readonly body?: unknown;
}

/** Creates the objects of a request, with an administrator key. `caller` is the key that will send the request. */
type Recipe = (make: Maker, caller: string) => Filling | Promise<Filling>;

const SCOPES_OF_ALL = [
  'air:access',
  'air:simulation_read',
  'air:simulation_create',
  'air:simulation_edit',
  'air:simulation_delete',
  'air:simulation_start_stop',
  'air:image_read',
  'air:image_write',
  'air:image_publish',
  'air:image_sharing',
  'air:marketplace_demo_read',
  'air:marketplace_demo_write',
  'air:marketplace_demo_publish',
  'air:training_instructor',
  'air:image_claiming',
  'air:admin',
  'air:sre',
  'air:manifest_read',
  'air:manifest_write',
] as const;

/** All scopes of Air, the 14 of the documentation first. */
export const AIR_SCOPES: readonly string[] = SCOPES_OF_ALL;

/** Together they grant every scope, and are the roles that trainings require. */
const ROLES_OF_ALL = [
  'air-admin',
  'air_admin',
  'air_sre',
  'air_image_claimer',
  'air_simengine_developer',
  'air_instructor',
  'air_org_admin',
  'user_admin',
];

export interface MadeAirKey {
  readonly id: string;
  readonly key: string;
}

/** Creates a service key with these scopes. */
export function serviceKey(
  server: Pick<TestServer, 'call'>,
  scopes: readonly string[],
  services: readonly string[] = ['air'],
): Promise<MadeAirKey> {
  return ordered(server, { type: 'service', name: 'made', services, scopes });
}

/** Creates a personal key of a new user with these roles. */
export function personalKey(
  server: Pick<TestServer, 'call'>,
  user: string,
  roles: readonly string[],
  services: readonly string[] = ['air'],
): Promise<MadeAirKey> {
  return ordered(server, { type: 'personal', name: 'made', services, user, roles });
}

async function ordered(server: Pick<TestServer, 'call'>, body: unknown): Promise<MadeAirKey> {
  const answer = await server.call('POST /_mock/keys', { body });
  if (answer.status !== 201) throw new Error(`no key was made: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

const V3 = '/api/v3';
const SIMULATIONS = `${V3}/simulations/`;
const NODES = `${SIMULATIONS}nodes/`;
const INTERFACES = `${NODES}interfaces/`;
const IMAGES = `${V3}/images/`;
const DEMOS = `${V3}/marketplace/demos/`;
const IMAGE_RECORDS = `${V3}/publishing/image-publish-access-records/`;
const DEMO_RECORDS = `${V3}/publishing/marketplace-demo-publish-access-records/`;
const HOUR = 3_600_000;
const HASH = createHash('sha256').update('x').digest('hex');
const UNSHARED_IMAGE_OF_GLOBEX = '8d0e3f52-6c4b-4a79-8e23-4f9a7b1c0003';
const SSH_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGx5b3VyLW93bi1rZXktZ29lcy1oZXJlLTEyMzQ1Njc4';
const MANIFEST = {
  docker_run_parameters: {},
  emulation_type: 'STAGED',
  platform_information: {},
  simulator_image: '8d0e3f52-6c4b-4a79-8e23-4f9a7b1c0001',
  simulator_resources: {},
};
export const OS_TEMPLATE = {
  os_type: 'staged',
  os_template_version: '1',
  render: { '/etc/issue': { content: 'hello' } },
};
export const PLATFORM = {
  model: 'SN0000',
  platform_information_version: '1',
  os_type: 'staged',
  port_map: { 1: { swp1: { asic: '1', label_port: '1', local_port: '1', split_num: '1' } } },
  ports_config: { num_label_ports: 1, default_split: '1', split_options: ['1'] },
};
const TOPOLOGY = { nodes: { one: { os: 'generic/ubuntu2204' } }, links: [] };
const TIMES = {
  event_time: new Date(START + 48 * HOUR).toISOString(),
  sim_start_time: new Date(START + 24 * HOUR).toISOString(),
  sim_end_time: new Date(START + 96 * HOUR).toISOString(),
};

/** Creates Air objects. */
class Maker {
  readonly #server: Pick<TestServer, 'call'>;
  readonly #admin: string;
  #count = 0;

  constructor(server: Pick<TestServer, 'call'>, admin: string) {
    this.#server = server;
    this.#admin = admin;
  }

  name(prefix = 'staged'): string {
    this.#count += 1;
    return `${prefix}-${this.#count}`;
  }

  /** Sends a request as the administrator, and expects success. */
  async ask(line: string, body?: unknown, token = this.#admin): Promise<Answer['body']> {
    const answer = await this.#server.call(line, { token, ...(body !== undefined && { body }) });
    if (answer.status >= 300) throw new Error(`${line} was answered ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async create(path: string, body: unknown, token?: string): Promise<string> {
    return (await this.ask(`POST ${path}`, body, token)).id;
  }

  simulation = () => this.create(SIMULATIONS, { name: this.name() });

  node = async (simulation?: string) =>
    this.create(NODES, { name: this.name(), simulation: simulation ?? (await this.simulation()) });

  interface = async (node?: string) =>
    this.create(INTERFACES, { name: this.name('i'), node: node ?? (await this.node()) });

  interfaces = async () => {
    const node = await this.node();
    return [await this.interface(node), await this.interface(node)];
  };

  link = async () => this.create(`${INTERFACES}links/`, { interfaces: await this.interfaces() });

  service = async () => this.create(`${INTERFACES}services/`, { interface: await this.interface(), node_port: 22 });

  instruction = async () => this.create(`${NODES}instructions/`, await this.newInstruction());

  newInstruction = async () => ({ node: await this.node(), executor: 'shell', data: { commands: ['true'] } });

  /** Creates a running simulation. */
  active = async () => {
    const id = await this.simulation();
    await this.ask(`PATCH ${SIMULATIONS}${id}/start/`, {});
    return id;
  };

  run = async () => {
    const id = await this.active();
    return (await this.ask(`GET ${SIMULATIONS}runs/?simulation=${id}`)).results[0].id as string;
  };

  checkpoint = async () => {
    const id = await this.active();
    await this.ask(`PATCH ${SIMULATIONS}${id}/shutdown/`, {});
    return (await this.ask(`GET ${SIMULATIONS}runs/checkpoints/?simulation=${id}`)).results[0].id as string;
  };

  /** Creates nodes of one simulation, in the form of bulk actions. */
  nodesOf = async (simulation: string, member = 'id') => ({
    simulation,
    nodes: [{ [member]: await this.node(simulation) }],
  });

  script = async () => {
    const id = await this.simulation();
    await this.ask(`POST ${SIMULATIONS}${id}/ztp-script/`, { content: 'true' });
    return id;
  };

  userconfig = () => this.create(`${V3}/userconfigs/`, this.newUserconfig());

  newUserconfig = () => ({ name: this.name(), kind: 'cloud-init-user-data', content: '#cloud-config' });

  image = () => this.create(IMAGES, this.newImage());

  newImage = () => ({ name: this.name(), version: '1', default_username: 'user', default_password: 'password' });

  /** Creates an image with one uploaded part, and the body that completes the upload. */
  arrived = async () => {
    const id = await this.image();
    const { part_urls } = await this.ask(`PATCH ${IMAGES}${id}/start-upload/`, { hash: HASH, size: 1 });
    const { pathname } = new URL(part_urls[0].url);
    const { status, headers } = await this.#server.call(`PUT ${pathname}`, {
      body: 'x',
      headers: { 'content-type': 'application/octet-stream' },
    });
    if (status !== 200) throw new Error(`the part was answered ${status}`);
    return { id, body: { parts: [{ part_number: 1, etag: headers['etag'] }] } };
  };

  uploaded = async () => {
    const { id, body } = await this.arrived();
    await this.ask(`PATCH ${IMAGES}${id}/complete-upload/`, body);
    return id;
  };

  published = async (how: object = {}) => {
    const id = await this.uploaded();
    await this.ask(`PATCH ${IMAGES}${id}/publish/`, how);
    return id;
  };

  /** Creates an image with a pending publication request. */
  requested = async () => {
    const id = await this.uploaded();
    await this.ask(`PATCH ${IMAGES}${id}/request-publish/`, { justification: 'staged' });
    return id;
  };

  imageRecord = async () => this.recordOf(`${IMAGES}${await this.requested()}/`);

  recordOf = async (path: string) => (await this.ask(`GET ${path}`)).publish_access_record_id as string;

  share = async () => this.create(`${IMAGES}shares/`, { image: await this.image(), target_org: 'globex' });

  /** Creates an image shared by another organisation. */
  offer = () =>
    this.create(`${IMAGES}shares/`, { image: UNSHARED_IMAGE_OF_GLOBEX, target_org: 'acme' }, castKey('globex-air').key);

  newDemo = async () => ({
    name: this.name(),
    tags: ['staged'],
    simulation: await this.simulation(),
    description: 'Staged',
    documentation: '# Staged',
    publisher: 'Acme',
  });

  demo = async () => this.create(DEMOS, await this.newDemo());

  publishedDemo = async (how: object = {}) => {
    const id = await this.demo();
    await this.ask(`PATCH ${DEMOS}${id}/publish/`, how);
    return id;
  };

  requestedDemo = async () => {
    const id = await this.demo();
    await this.ask(`PATCH ${DEMOS}${id}/request-publish/`, { justification: 'staged', publisher: 'staged' });
    return id;
  };

  demoRecord = async () => this.recordOf(`${DEMOS}${await this.requestedDemo()}/`);

  tag = () => this.create(`${DEMOS}tags/`, { name: this.name('tag') });

  newTraining = async () => ({
    name: this.name('training'),
    parent_simulation: await this.simulation(),
    attendees: ['one@acme.test'],
    ...TIMES,
  });

  training = async (token?: string) => this.create(`${V3}/trainings/`, await this.newTraining(), token);

  fleet = () => this.create(`${V3}/infra/fleets/`, { name: this.name() });

  newWorker = async () => ({
    fleet: await this.fleet(),
    fqdn: `${this.name()}.worker.test`,
    ip_address: '192.0.2.1',
  });

  worker = async () => this.create(`${V3}/infra/workers/`, await this.newWorker());

  certificate = async () => {
    const worker = await this.worker();
    await this.ask(`POST ${V3}/infra/workers/${worker}/issue-certificate/`, {});
    const { results } = await this.ask(`GET ${V3}/infra/workers/certificates/?worker=${worker}`);
    return results[0].id as string;
  };

  manifest = () => this.create(`${V3}/manifests/`, MANIFEST);

  pluginImage = () => this.create(`${V3}/manifests/plugin-images/`, MANIFEST);

  newOsImage = async () => ({ image: await this.uploaded(), os_type: 'staged' });

  osImage = async () => this.create(`${V3}/manifests/os-images/`, await this.newOsImage());

  osTemplate = () => this.create(`${V3}/manifests/os-templates/`, OS_TEMPLATE);

  platform = () => this.create(`${V3}/manifests/platform-information/`, PLATFORM);

  sshKey = () => this.create(`${V3}/users/ssh-keys/`, { name: this.name(), public_key: SSH_KEY });

  /** Returns the id of the first entry of a read-only list. */
  first = async (path: string) => (await this.ask(`GET ${path}?limit=1`)).results[0].id as string;

  systemNode = () => this.first(`${V3}/systems/nodes/`);
}

/** A recipe with a new object per request. */
function about(object: (make: Maker) => Promise<string>, body?: unknown): Recipe {
  return async (make) => ({ id: await object(make), ...(body !== undefined && { body }) });
}

const simulation = (make: Maker) => make.simulation();
const node = (make: Maker) => make.node();
const image = (make: Maker) => make.image();
const demo = (make: Maker) => make.demo();
const training = (make: Maker) => make.training();

/** A training, which only its creator may change. */
function ownTraining(body?: unknown): Recipe {
  return async (make, caller) => ({ id: await make.training(caller), ...(body !== undefined && { body }) });
}

/** The object of the operations whose ids begin with the name. */
const OBJECTS: Readonly<Record<string, (make: Maker) => Promise<string>>> = {
  simulations: simulation,
  simulation_ztp_script: (make) => make.script(),
  nodes: node,
  interfaces: (make) => make.interface(),
  links: (make) => make.link(),
  services: (make) => make.service(),
  instructions: (make) => make.instruction(),
  checkpoints: (make) => make.checkpoint(),
  runs: (make) => make.run(),
  userconfigs: (make) => make.userconfig(),
  images: image,
  image_publish_access_records: (make) => make.imageRecord(),
  image_shares: (make) => make.share(),
  demos: demo,
  demo_publish_access_records: (make) => make.demoRecord(),
  demo_tags: (make) => make.tag(),
  trainings: training,
  resource_budgets: (make) => make.first(`${V3}/resource-budgets/`),
  ssh_keys: (make) => make.sshKey(),
  system_nodes: (make) => make.systemNode(),
  fleets: (make) => make.fleet(),
  workers: (make) => make.worker(),
  worker_certificates: (make) => make.certificate(),
  manifests: (make) => make.manifest(),
  plugin_images: (make) => make.pluginImage(),
  os_image_manifests: (make) => make.osImage(),
  os_templates: (make) => make.osTemplate(),
  platform_information: (make) => make.platform(),
  simulation_history: simulation,
  node_history: node,
  image_history: image,
  demo_history: demo,
};

/** Requests that need another object or body than the document's example. */
const RECIPES: Readonly<Record<string, Recipe>> = {
  simulations_create: (make) => ({ body: { name: make.name() } }),
  simulations_import: (make) => ({ body: { format: 'JSON', name: make.name(), content: TOPOLOGY } }),
  simulations_clone: async (make) => ({ body: { simulation: await make.simulation() } }),
  simulations_export: async (make) => ({ id: await make.simulation(), query: '?topology_format=JSON' }),
  simulations_shutdown: about((make) => make.active(), {}),
  simulations_rebuild: about((make) => make.active(), {}),
  simulations_parse: () => ({
    body: { topology_data: JSON.stringify(TOPOLOGY), source_format: 'JSON', destination_format: 'JSON' },
  }),
  simulation_ztp_script_create: about(simulation, { content: 'true' }),
  histories_list: async (make) => ({ query: `?model=simulation&object_id=${await make.simulation()}` }),
  nodes_create: async (make) => ({ body: { name: make.name(), simulation: await make.simulation() } }),
  nodes_from_system_node: async (make) => ({
    body: { system_node: await make.systemNode(), name: make.name(), simulation: await make.simulation() },
  }),
  nodes_bulk_reset: async (make) => ({ body: await make.nodesOf(await make.active()) }),
  nodes_bulk_rebuild: async (make) => ({ body: await make.nodesOf(await make.active()) }),
  nodes_bulk_update: async (make) => {
    const into = await make.simulation();
    return { body: { simulation: into, node_ids: [await make.node(into)], cpu: 2 } };
  },
  nodes_bulk_delete: async (make) => ({ body: await make.nodesOf(await make.simulation()) }),
  nodes_bulk_assign: async (make) => ({ body: await make.nodesOf(await make.simulation(), 'node') }),
  nodes_bulk_copy: async (make) => ({ body: await make.nodesOf(await make.simulation()) }),
  interfaces_create: async (make) => ({ body: { name: make.name('i'), node: await make.node() } }),
  interfaces_revert_breakout: async (make) => {
    const id = await make.interface();
    await make.ask(`POST ${INTERFACES}${id}/breakout/`, { split_count: 2 });
    return { id, body: {} };
  },
  links_create: async (make) => ({ body: { interfaces: await make.interfaces() } }),
  services_create: async (make) => ({ body: { interface: await make.interface(), node_port: 22 } }),
  instructions_create: async (make) => ({ body: await make.newInstruction() }),
  userconfigs_create: (make) => ({ body: make.newUserconfig() }),
  images_create: (make) => ({ body: make.newImage() }),
  images_complete_upload: (make) => make.arrived(),
  images_abort_upload: async (make) => ({ id: (await make.arrived()).id, body: {} }),
  images_clear_upload: about((make) => make.uploaded(), {}),
  images_publish: about((make) => make.uploaded(), {}),
  images_unpublish: about((make) => make.published(), {}),
  images_request_publish: about((make) => make.uploaded(), { justification: 'staged' }),
  images_request_unpublish: about((make) => make.published(), { justification: 'staged' }),
  images_request_public: about((make) => make.published(), { prefer_public: false, justification: 'staged' }),
  images_request_allowlist_change: about((make) => make.published({ prefer_public: false }), {
    justification: 'staged',
    allowed_orgs_request_text: 'globex',
  }),
  images_cancel_publish_access_record: about((make) => make.requested(), {}),
  image_publish_access_records_set_visibility: async (make) => {
    const id = await make.imageRecord();
    await make.ask(`PATCH ${IMAGE_RECORDS}${id}/approve/`, {});
    return { id, body: { publicly_published: false } };
  },
  image_shares_create: async (make) => ({ body: { image: await make.image(), target_org: 'globex' } }),
  image_shares_claim: async (make) => ({ body: { image_share: await make.offer() } }),
  demos_create: async (make) => ({ body: await make.newDemo() }),
  demos_unpublish: about((make) => make.publishedDemo(), {}),
  demos_request_unpublish: about((make) => make.publishedDemo(), { justification: 'staged' }),
  demos_request_public: about((make) => make.publishedDemo(), { prefer_public: false, justification: 'staged' }),
  demos_request_allowlist_change: about((make) => make.publishedDemo({ prefer_public: false }), {
    justification: 'staged',
    allowed_orgs_request_text: 'globex',
  }),
  demos_cancel_publish_access_record: about((make) => make.requestedDemo(), {}),
  demo_publish_access_records_set_visibility: async (make) => {
    const id = await make.demoRecord();
    await make.ask(`PATCH ${DEMO_RECORDS}${id}/approve/`, {});
    return { id, body: { publicly_published: false } };
  },
  demo_tags_create: (make) => ({ body: { name: make.name('tag') } }),
  trainings_create: async (make) => ({ body: await make.newTraining() }),
  trainings_update: ownTraining(TIMES),
  trainings_delete: ownTraining(),
  trainings_attendees_add: ownTraining({ attendees: ['two@acme.test'] }),
  trainings_attendees_remove: ownTraining({ attendees: ['one@acme.test'] }),
  trainings_external_user_group: ownTraining(),
  ssh_keys_create: (make) => ({ body: { name: make.name(), public_key: SSH_KEY } }),
  fleets_create: (make) => ({ body: { name: make.name() } }),
  workers_create: async (make) => ({ body: await make.newWorker() }),
  os_image_manifests_create: async (make) => ({ body: await make.newOsImage() }),
};

const OPERATIONS = readDocumentedOperations('air');

/** Returns the request of the document's example, about a new object if its path has an id. */
function createDescribedRecipe(operation: string): Recipe {
  const { request = '', body } = OPERATIONS.get(operation) ?? {};
  if (!request.includes('{id}')) return () => ({ body });
  const [, object] = Object.entries(OBJECTS).find(([name]) => operation.startsWith(`${name}_`)) ?? [];
  if (object === undefined) throw new Error(`there is no object for ${operation}`);
  return about(object, body);
}

/** An Air server, with an administrator key. */
export interface StagedAir {
  /** The text of the administrator key. */
  readonly admin: string;
  /** Creates the objects of a request. Trainings are created by the caller, if given. */
  fill(operation: string, caller?: string): Promise<Filling>;
  /** Sends a request such as `GET /api/v3/images/{id}/`. */
  ask(request: string, filling: Filling, token: string): Promise<Answer>;
}

export async function stagedAir(server: Pick<TestServer, 'call'>, profile: AirProfile): Promise<StagedAir> {
  const { key: admin } = await (profile === 'dsx'
    ? personalKey(server, 'everything@acme.test', ROLES_OF_ALL)
    : serviceKey(server, AIR_SCOPES));
  const make = new Maker(server, admin);
  return {
    admin,
    fill: async (operation, caller = admin) => {
      const recipe = RECIPES[operation] ?? createDescribedRecipe(operation);
      return recipe(make, caller);
    },
    ask: (request, { id = '', query = '', body }, token) =>
      server.call(`${request.replace('{id}', id)}${query}`, { token, ...(body !== undefined && { body }) }),
  };
}
