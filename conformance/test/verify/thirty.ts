/** Changes that vendors make to a document that the mock serves, and the report of each change. */
import { readFileSync } from 'node:fs';

// biome-ignore lint/suspicious/noExplicitAny: any part of a document
type Document = any;

export interface Change {
  readonly what: string;
  readonly apply: (document: Document) => void;
  /** The lines of the report, with each class before its lines. */
  readonly reported: readonly string[];
}

/** Reads a copy of the served document. */
export function servedDocument(): Document {
  return JSON.parse(readFileSync(new URL('../../../dist/openapi/runai.2.24.json', import.meta.url), 'utf8'));
}

const APPS = '/api/v1/apps';
const json = (schema: object) => ({ description: '', content: { 'application/json': { schema } } });
const schemaOf = ({ components }: Document, name: string) => components.schemas[name];
const operation = ({ paths }: Document, path: string, method = 'get') => paths[path][method];
const parameter = (document: Document, path: string, name: string) =>
  operation(document, path).parameters.find((item: Document) => item.name === name);

export const CHANGES: readonly Change[] = [
  {
    what: 'a path is removed',
    apply: ({ paths }) => delete paths['/api/v1/users/{userId}/logout'],
    reported: ['breaks-requests:', '/api/v1/users/{userId}/logout: path: only in the mock'],
  },
  {
    what: 'a path is renamed',
    apply: ({ paths }) => {
      paths['/api/v1/tenant'] = paths['/api/v1/tenants'];
      delete paths['/api/v1/tenants'];
    },
    reported: [
      'breaks-requests:',
      '/api/v1/tenants: path: only in the mock; the nearest path of the document is `/api/v1/tenant`',
    ],
  },
  {
    what: 'the base path is changed',
    apply: (document) => (document.servers = [{ url: 'https://api.example.com/platform' }]),
    reported: ['breaks-requests:', 'servers: base path: "/platform" in the document, "" in the mock'],
  },
  {
    what: 'an operation is removed',
    apply: ({ paths }) => delete paths['/api/v1/access-keys/{accessKeyId}'].delete,
    reported: ['breaks-requests:', 'DELETE /api/v1/access-keys/{accessKeyId}: method: only in the mock'],
  },
  {
    what: 'an operation has another name',
    apply: (document) => (operation(document, '/api/v1/clusters').operationId = 'list_clusters'),
    reported: [
      'information:',
      'GET /api/v1/clusters: operationId: "list_clusters" in the document, "get_clusters" in the mock',
    ],
  },
  {
    what: 'a required parameter is added',
    apply: (document) =>
      operation(document, '/api/v1/workloads').parameters.push({
        name: 'clusterId',
        in: 'query',
        required: true,
        schema: { type: 'string' },
      }),
    reported: ['breaks-requests:', 'GET /api/v1/workloads query clusterId: parameter: only in the document, required'],
  },
  {
    what: 'a parameter becomes required',
    apply: (document) => (parameter(document, '/api/v1/org-unit/projects', 'limit').required = true),
    reported: ['breaks-requests:', 'GET /api/v1/org-unit/projects query limit: required: only in the document'],
  },
  {
    what: 'a parameter is renamed',
    apply: (document) => (parameter(document, '/api/v1/org-unit/departments', 'sortBy').name = 'sort_by'),
    reported: [
      'breaks-requests:',
      'GET /api/v1/org-unit/departments query sortBy: parameter: only in the mock; the nearest name in the document is `sort_by`',
      'widens:',
      'GET /api/v1/org-unit/departments query sort_by: parameter: only in the document',
    ],
  },
  {
    what: 'a parameter has another type',
    apply: (document) =>
      (parameter(document, '/api/v1/authorization/access-rules', 'subjectIds').schema = { type: 'string' }),
    reported: [
      'breaks-requests:',
      'GET /api/v1/authorization/access-rules query subjectIds: type: string in the document, array in the mock',
    ],
  },
  {
    what: 'a parameter has another maximum and another default',
    apply: (document) =>
      Object.assign(parameter(document, '/api/v1/users', 'limit').schema, { maximum: 100, default: 50 }),
    reported: [
      'breaks-requests:',
      'GET /api/v1/users query limit: default: 50 in the document, 500 in the mock',
      'GET /api/v1/users query limit: maximum: 100 in the document, 500 in the mock',
    ],
  },
  {
    what: 'a value of a parameter is removed',
    apply: (document) => (parameter(document, '/api/v1/users', 'sortBy').schema.enum = ['username', 'createdBy']),
    reported: [
      'breaks-requests:',
      'GET /api/v1/users query sortBy: enum: `"creationTime"`, `"lastLogin"`, `"lastUpdated"`, `"type"` only in the mock',
    ],
  },
  {
    what: 'a path parameter has another name',
    apply: ({ paths }) => {
      const { [`${APPS}/{appId}/secret`]: item } = paths;
      item.post.parameters[0].name = 'id';
      paths[`${APPS}/{id}/secret`] = item;
      delete paths[`${APPS}/{appId}/secret`];
    },
    reported: ['widens:', '/api/v1/apps/{appId}/secret: path parameters: {id} in the document, {appId} in the mock'],
  },
  {
    what: 'a member of a body is renamed',
    apply: (document) => {
      const { properties } = schemaOf(document, 'OAuthTokenRequest');
      properties.redirect_url = properties.redirect_uri;
      delete properties.redirect_uri;
    },
    reported: [
      'breaks-requests:',
      'POST /api/v2/token body redirect_uri: field: only in the mock; the nearest name in the document is `redirect_url`',
      'widens:',
      'POST /api/v2/token body redirect_url: field: only in the document',
    ],
  },
  {
    what: 'a member of a body becomes required, and another is added',
    apply: (document) => {
      const schema = schemaOf(document, 'RoleRequest');
      schema.properties.description ??= { type: 'string' };
      schema.required = [...schema.required, 'description'];
      schema.properties.region = { type: 'string' };
    },
    reported: [
      'breaks-requests:',
      'body description: required: only in the document (2 times, in POST /api/v2/authorization/roles body, PUT /api/v2/authorization/roles/{roleId} body)',
      'widens:',
      'body region: field: only in the document (2 times, in POST /api/v2/authorization/roles body, PUT /api/v2/authorization/roles/{roleId} body)',
    ],
  },
  {
    what: 'a pattern becomes stricter, and further members of the body are no longer allowed',
    apply: (document) => {
      const schema = schemaOf(document, 'ServiceAccountRequest');
      schema.properties.name.pattern = '^[a-z]+$';
      schema.additionalProperties = false;
    },
    reported: [
      'breaks-requests:',
      'POST /api/v1/service-accounts body name: pattern: "^[a-z]+$" in the document, "^[a-z][-_a-z0-9]*[a-z0-9]$" in the mock',
      'POST /api/v1/service-accounts body: additionalProperties: further members are allowed only in the mock',
    ],
  },
  {
    what: 'a body has another media type',
    apply: (document) => {
      const { requestBody } = operation(document, `${APPS}/{appId}`, 'patch');
      requestBody.content = { 'application/merge-patch+json': requestBody.content['application/json'] };
    },
    reported: [
      'breaks-requests:',
      'PATCH /api/v1/apps/{appId} body: media type: `application/merge-patch+json` only in the document, `application/json` only in the mock',
    ],
  },
  {
    what: 'a response has the media type `*/*`',
    apply: (document) => {
      const { responses } = operation(document, '/api/v1/clusters/minimal');
      responses[200].content = { '*/*': responses[200].content['application/json'] };
    },
    reported: [
      'breaks-answers:',
      'GET /api/v1/clusters/minimal 200 body: media type: `*/*` only in the document, `application/json` only in the mock',
    ],
  },
  {
    what: 'a status is added, and another is removed',
    apply: (document) => {
      const { responses } = operation(document, '/api/v1/users', 'post');
      responses[202] = { description: 'later' };
      delete responses[409];
    },
    reported: [
      'breaks-answers:',
      'POST /api/v1/users 202: status: only in the document',
      'widens:',
      'POST /api/v1/users 409: status: only in the mock',
    ],
  },
  {
    what: '`4XX` and `default` replace statuses',
    apply: (document) => {
      const { responses } = operation(document, '/api/v1/users/count');
      const error = json({ $ref: '#/components/schemas/Error' });
      operation(document, '/api/v1/users/count').responses = { 200: responses[200], '4XX': error, default: error };
    },
    reported: [],
  },
  {
    what: 'an operation becomes public, and another requires a key',
    apply: (document) => {
      document.components.securitySchemes.key = { type: 'apiKey', in: 'header', name: 'X-Key' };
      operation(document, '/api/v1/me/password', 'post').security = [{ key: [] }];
      operation(document, '/api/v1/clusters/{clusterUuid}').security = [];
    },
    reported: [
      'breaks-requests:',
      'POST /api/v1/me/password: security: `header x-key` only in the document, `bearer` only in the mock',
      'widens:',
      'GET /api/v1/clusters/{clusterUuid}: security: `none` only in the document, `bearer` only in the mock',
    ],
  },
  {
    what: 'a response refers to another shared schema',
    apply: (document) =>
      (operation(document, '/api/v1/access-keys/{accessKeyId}').responses[200] = json({
        $ref: '#/components/schemas/AccessKeyPostResponse',
      })),
    reported: [
      'breaks-answers:',
      'GET /api/v1/access-keys/{accessKeyId} 200 body lastLogin: field: only in the mock',
      'widens:',
      'GET /api/v1/access-keys/{accessKeyId} 200 body clientSecret: field: only in the document, required',
    ],
  },
  {
    what: 'a shared schema of every error has another type',
    apply: (document) => (schemaOf(document, 'Error').properties.code = { type: 'string' }),
    reported: [
      'breaks-answers:',
      'body code: type: string in the document, integer in the mock (many times, as in GET /api/v1/apps 400 body, GET /api/v1/apps 401 body)',
    ],
  },
  {
    what: 'members of a shared schema are added, removed and renamed',
    apply: (document) => {
      const schema = schemaOf(document, 'Workload');
      schema.properties.queue = { type: 'string' };
      delete schema.properties.urls;
      schema.properties.submitter = schema.properties.submittedBy;
      delete schema.properties.submittedBy;
    },
    reported: [
      'breaks-answers:',
      'body submittedBy: field: only in the mock; the nearest name in the document is `submitter` (2 times, as in GET /api/v1/workloads 200 body workloads[])',
      'body urls: field: only in the mock (2 times, in GET /api/v1/workloads 200 body workloads[], GET /api/v1/workloads/{workloadId} 200 body)',
      'widens:',
      'body queue, submitter: field: only in the document (4 times, in GET /api/v1/workloads 200 body workloads[], GET /api/v1/workloads/{workloadId} 200 body)',
    ],
  },
  {
    what: 'a value is added to an enumeration of responses',
    apply: (document) => schemaOf(document, 'AccessRule').properties.status.properties.phase.enum.push('Suspended'),
    reported: [
      'breaks-answers:',
      'body phase: enum: `"Suspended"` only in the document (3 times, as in POST /api/v1/authorization/access-rules 201 body status)',
    ],
  },
  {
    what: 'members of responses become nullable or optional, or have another format',
    apply: (document) => {
      const { properties, required } = schemaOf(document, 'Cluster');
      properties.name.nullable = true;
      properties.createdAt.format = 'date';
      required.splice(required.indexOf('tenantId'), 1);
    },
    reported: [
      'breaks-answers:',
      'body createdAt: format: "date" in the document, "date-time" in the mock (2 times, as in GET /api/v1/clusters 200 body [])',
      'body name: nullable: only in the document (2 times, in GET /api/v1/clusters 200 body [], GET /api/v1/clusters/{clusterUuid} 200 body)',
      'body tenantId: required: only in the mock (2 times, in GET /api/v1/clusters 200 body [], GET /api/v1/clusters/{clusterUuid} 200 body)',
    ],
  },
  {
    what: 'a schema becomes recursive',
    apply: (document) =>
      (schemaOf(document, 'Permission').properties.parent = { $ref: '#/components/schemas/Permission' }),
    reported: [
      'widens:',
      'body parent: field: only in the document (9 times, as in GET /api/v1/authorization/permissions 200 body [])',
    ],
  },
  {
    what: 'a schema is wrapped in allOf',
    apply: (document) => {
      const { schemas } = document.components;
      schemas.TokenResponse = { allOf: [schemas.TokenResponse], description: 'wrapped' };
    },
    reported: [],
  },
  {
    what: 'an alternative is removed, two are changed, and a member gets alternatives',
    apply: (document) => {
      const { schemas } = document.components;
      schemas.SecuritySettingValue.anyOf.pop();
      schemas.AutoRedirectSsoSetting.properties.since = { type: 'string' };
      schemas.BrowserSessionTimeoutSetting.properties.since = { type: 'integer' };
      schemas.ServiceAccountCreated.properties.clientId = { oneOf: [{ type: 'string' }, { type: 'integer' }] };
    },
    reported: [
      'breaks-requests:',
      'PUT /api/v1/security/settings/{key} body: anyOf: `LogoutRedirectUriSetting` only in the mock',
      'breaks-answers:',
      'POST /api/v1/service-accounts 201 body clientId: oneOf: `integer` only in the document',
      'widens:',
      'body since: field: only in the document (4 times, as in GET /api/v1/security/settings 200 body autoRedirectSSO)',
    ],
  },
  {
    what: 'a discriminator is added',
    apply: (document) => (schemaOf(document, 'UserInfo').discriminator = { propertyName: 'kind' }),
    reported: [
      'widens:',
      'body: discriminator: "kind" in the document, none in the mock (2 times, as in GET /auth/realms/{realm}/protocol/openid-connect/userinfo 200)',
    ],
  },
  {
    what: 'an object becomes a list',
    apply: (document) =>
      (operation(document, '/api/v1/org-unit/projects/count').responses[200] = json({ type: 'array', items: {} })),
    reported: [
      'breaks-answers:',
      'GET /api/v1/org-unit/projects/count 200 body: type: array in the document, object in the mock',
    ],
  },
  {
    what: 'a member becomes readOnly, and another writeOnly',
    apply: (document) => {
      schemaOf(document, 'UserApplicationRequest').properties.name.readOnly = true;
      schemaOf(document, 'Application').properties.tenantId.writeOnly = true;
    },
    reported: [
      'breaks-requests:',
      'POST /api/v1/user-applications body name: field: only in the mock; readOnly in the document',
      'breaks-answers:',
      'body tenantId: field: only in the mock; writeOnly in the document (2 times, in GET /api/v1/apps 200 body [], GET /api/v1/apps/{appId} 200 body)',
    ],
  },
  {
    what: 'an operation becomes deprecated, and another is no longer deprecated',
    apply: (document) => {
      operation(document, APPS).deprecated = true;
      operation(document, '/api/v1/user-applications').deprecated = false;
    },
    reported: [
      'information:',
      'GET /api/v1/apps: deprecated: only in the document',
      'GET /api/v1/user-applications: deprecated: only in the mock',
    ],
  },
  {
    what: 'a header of a response is removed, and another is added',
    apply: (document) => {
      const { responses } = operation(document, '/auth/realms/{realm}/protocol/openid-connect/auth');
      responses[302].headers = { 'X-Session': { schema: { type: 'string' } } };
    },
    reported: [
      'breaks-answers:',
      'GET /auth/realms/{realm}/protocol/openid-connect/auth 302 header location: header: only in the mock',
      'widens:',
      'GET /auth/realms/{realm}/protocol/openid-connect/auth 302 header x-session: header: only in the document',
    ],
  },
];
