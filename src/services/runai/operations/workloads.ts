import type { AuthenticatedContext, Lookup, Operations } from '../../../contract/request.ts';
import { invalidRequest, type Problem } from '../../../decisions/problem.ts';
import { rejectMissing } from '../../../store/errors.ts';
import { type ListQuery, paginate, selectItems } from '../lists.ts';
import { profileOf } from '../rulesets.ts';
import { attributesOfScope, readScopes, type Scopes, type Unit } from '../scopes.ts';
import {
  createWorkloadView,
  renderSubmission,
  renderWorkload,
  WORKLOAD_FIELDS,
  type WorkloadView,
  type WorkloadViewContext,
} from '../workload-view.ts';
import {
  deleteWorkload,
  findWorkload,
  isListedAsDeleted,
  readWorkloadPhases,
  submitWorkload,
  WORKLOADS,
  type Workload,
} from '../workloads.ts';

async function readViewContext(context: AuthenticatedContext): Promise<WorkloadViewContext> {
  const [scopes, phases] = await Promise.all([readScopes(context), readWorkloadPhases(context)]);
  return { scopes, phases, now: context.now };
}

/** Returns the workloads that match the query, in projects within the caller's scopes. */
async function findWorkloads(
  context: AuthenticatedContext,
  query: ListQuery & { readonly deleted?: boolean },
): Promise<WorkloadView[]> {
  const viewContext = await readViewContext(context);
  const { scopes } = viewContext;
  const rows = await WORKLOADS.ofOwner(context.store.collections, scopes.tenantId);
  const visible = rows
    .filter(({ body }) =>
      query.deleted === true ? isListedAsDeleted(body, context.now) : body.deletedAt === undefined,
    )
    .filter(({ body }) => context.mayAccess(attributesOfScope(scopes, 'project', body.projectId)))
    .map(({ body }) => createWorkloadView(body, viewContext));
  return selectItems(visible, query, WORKLOAD_FIELDS, ['name', 'projectName', 'departmentName']);
}

/** @param type type of workload; null for any */
function createLookup(type: string | null): Lookup<Workload> {
  return async (context, id) => {
    const workload = await findWorkload(context.store, id);
    if (workload === null || (type !== null && workload.type !== type)) return { found: 'nothing' };
    const attributes = attributesOfScope(await readScopes(context), 'project', workload.projectId);
    return { found: 'object', target: workload, attributes };
  };
}

/** Finds the project of a new workload. @throws Problem if it does not exist */
const findProjectInBody: Lookup<Unit> = async (context) => {
  // The body is valid here: only operations that create a workload use this look-up.
  const { projectId } = context.body as NewWorkload;
  const scopes = await readScopes(context);
  const project = scopes.unitOf('project', projectId);
  if (project === null) throw createProjectProblem(projectId, scopes);
  return { found: 'object', target: project, attributes: attributesOfScope(scopes, 'project', project.id) };
};

/** Creates the error for an unknown project. Sending the name in place of the id is a common mistake. */
function createProjectProblem(projectId: string, { projects }: Scopes): Problem {
  const namedProject = projects.find(({ name }) => name === projectId);
  const advice =
    namedProject === undefined
      ? '`GET /api/v1/org-unit/projects` lists the projects.'
      : `This is a project name; send its id \`${namedProject.id}\`.`;
  return invalidRequest(
    `Field \`projectId\`: there is no project with the id \`${projectId.slice(0, MAX_QUOTED_LENGTH)}\`. ${advice}`,
  );
}

/** Maximum length of a sent value in an error. */
const MAX_QUOTED_LENGTH = 100;

export const workloadLookups = {
  workload: createLookup(null),
  workspace: createLookup('Workspace'),
  training: createLookup('Training'),
  distributed: createLookup('Distributed'),
  projectInBody: findProjectInBody,
};

interface NewWorkload {
  readonly name: string;
  readonly projectId: string;
  readonly clusterId: string;
  readonly useGivenNameAsPrefix?: boolean;
  readonly templateId?: string | null;
  readonly spec?: unknown;
  readonly masterSpec?: unknown;
  readonly masterSpecSameAsWorker?: boolean | null;
}

/** The format of workload names in version 2 of the API. */
const NAME_PATTERN = /^[a-z][a-z0-9-]*$/;
const MAX_NAME_LENGTH = 63;
/** Length of the random suffix that makes a name unique, in hexadecimal digits. */
const SUFFIX_LENGTH = 12;

/** Returns whether the version is 2.22 or later. Before, submissions and deletions have other statuses. */
function isSince222({ settings }: AuthenticatedContext): boolean {
  return profileOf(settings) !== '2.19';
}

interface NewWorkloadContext extends AuthenticatedContext<Unit> {
  readonly body: NewWorkload;
}

/** Submits a workload to the project of the request. @throws Problem if the workload is not valid */
async function submit(context: NewWorkloadContext, type: string) {
  const { caller, now, random, target: project, body: request } = context;
  const { name: requestedName, useGivenNameAsPrefix = false, clusterId, templateId } = request;
  const viewContext = await readViewContext(context);
  const { scopes, phases } = viewContext;
  const name = useGivenNameAsPrefix ? `${requestedName}-${random.hex(SUFFIX_LENGTH)}` : requestedName;
  checkName(name, requestedName);
  if (templateId != null) {
    throw invalidRequest('Field `templateId` must be omitted: the mock has no templates.');
  }
  checkCluster(clusterId, project, scopes);
  const workload: Workload = {
    id: random.uuid(),
    name,
    type,
    projectId: project.id,
    createdAt: now,
    ...(phases.failing.includes(requestedName) && { fails: true }),
    submission: {
      requestedName,
      createdBy: caller.principal.name,
      content: {
        ...(request.spec !== undefined && { spec: request.spec }),
        ...(request.masterSpec !== undefined && { masterSpec: request.masterSpec }),
        ...(request.masterSpecSameAsWorker !== undefined && { masterSpecSameAsWorker: request.masterSpecSameAsWorker }),
      },
    },
  };
  await submitWorkload(context, workload, scopes.tenantId);
  const isNew = isSince222(context);
  const body = renderSubmission(createWorkloadView(workload, viewContext), isNew);
  return isNew ? ({ status: 202, body } as const) : ({ status: 200, body } as const);
}

/** @throws Problem if it is not the cluster of the project */
function checkCluster(clusterId: string, project: Unit, scopes: Scopes): void {
  const cluster = scopes.pathOf('project', project.id)?.find((scope) => scope.type === 'cluster');
  if (cluster?.id.toLowerCase() === clusterId.toLowerCase()) return;
  const advice = cluster === undefined ? 'the project has none' : `send \`${cluster.id}\``;
  throw invalidRequest(`Field \`clusterId\` is not the cluster of project \`${project.id}\`: ${advice}.`);
}

/** Checks the name of a workload. @param name the requested name with its suffix @throws Problem if it is invalid */
function checkName(name: string, requestedName: string): void {
  if (!NAME_PATTERN.test(requestedName)) {
    throw invalidRequest(
      `Field \`name\`: The workload name must consist of lower case alphanumeric characters or '-', and start with an alphabetic character; got \`${requestedName.slice(0, MAX_QUOTED_LENGTH)}\`.`,
    );
  }
  if (name.length > MAX_NAME_LENGTH) {
    const suffixLength = name.length - requestedName.length;
    const reason = suffixLength === 0 ? '' : ` With \`useGivenNameAsPrefix\`, ${suffixLength} characters are added.`;
    throw invalidRequest(
      `Field \`name\`: The length of a workload name must not exceed ${MAX_NAME_LENGTH} characters.${reason}`,
    );
  }
}

async function getSubmission(context: AuthenticatedContext<Workload>) {
  const view = createWorkloadView(context.target, await readViewContext(context));
  return { status: 200, body: renderSubmission(view, isSince222(context)) } as const;
}

async function remove(context: AuthenticatedContext<Workload>) {
  await rejectMissing(deleteWorkload(context, context.target.id));
  const body = { code: 202, message: 'Request has been accepted.' } as const;
  return isSince222(context) ? ({ status: 202, body } as const) : ({ status: 204 } as const);
}

export const workloadOperations = {
  get_workloads: async (context) => {
    const { page, next } = paginate(await findWorkloads(context, context.query), context.query);
    return { status: 200, body: { workloads: page.map(renderWorkload), ...(next !== null && { next }) } };
  },
  count_workloads: async (context) => ({
    status: 200,
    body: { count: (await findWorkloads(context, context.query)).length },
  }),
  get_workload: async (context: AuthenticatedContext<Workload>) => ({
    status: 200,
    body: renderWorkload(createWorkloadView(context.target, await readViewContext(context))),
  }),
  create_workspace1: (context: NewWorkloadContext) => submit(context, 'Workspace'),
  get_workspace: getSubmission,
  delete_workspace: remove,
  create_training1: (context: NewWorkloadContext) => submit(context, 'Training'),
  get_training: getSubmission,
  delete_training: remove,
  create_distributed: (context: NewWorkloadContext) => submit(context, 'Distributed'),
  get_distributed: getSubmission,
  delete_distributed: remove,
} satisfies Partial<Operations<'runai'>>;
