const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: object) => ({ 'application/json': { schema } });

/** Creates a document with every part that a kind of change affects. */
export function createExample() {
  const string = () => ({ type: 'string' });
  const list = {
    parameters: [
      { name: 'sort', in: 'query', schema: { type: 'string', enum: ['name', 'size'] } },
      { name: 'ids', in: 'query', schema: { type: 'array', items: string() } },
      { name: 'x-tenant', in: 'header', schema: string() },
    ],
    responses: {
      200: {
        description: 'ok',
        headers: { 'x-total': { schema: { type: 'integer' } } },
        content: json({
          type: 'object',
          required: ['things'],
          properties: { things: { type: 'array', items: ref('Thing') }, owner: { oneOf: [ref('User'), string()] } },
        }),
      },
      400: { description: 'bad', content: json(ref('Error')) },
    },
  };
  const create = {
    requestBody: { required: true, content: json(ref('NewThing')) },
    responses: { 201: { description: 'made' } },
  };
  const thing = {
    id: { type: 'string', format: 'uuid' },
    name: string(),
    size: { type: 'integer' },
    madeAt: { type: 'string', format: 'date-time' },
    part: ref('Thing'),
  };
  const newThing = {
    name: { type: 'string', pattern: '^[a-z]+$', maxLength: 255 },
    kind: { type: 'string', enum: ['small', 'large'] },
    labels: { type: 'object', additionalProperties: string() },
    note: string(),
  };
  return {
    openapi: '3.0.3',
    info: { title: 'Things', version: '1' },
    servers: [{ url: 'https://things.example.com' }],
    security: [{ bearer: [] }],
    paths: {
      '/things': { get: list, post: create },
      '/things/{id}': {
        parameters: [{ name: 'id', in: 'path', required: true, schema: string() }],
        get: { responses: { 200: { description: 'ok' }, 404: { description: 'none' } } },
        delete: { responses: { 204: { description: 'gone' } } },
      },
    },
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        key: { type: 'apiKey', in: 'header', name: 'x-api-key' },
      },
      schemas: {
        Thing: { type: 'object', required: ['id', 'name'], properties: thing },
        NewThing: { type: 'object', required: ['name'], properties: newThing },
        User: { type: 'object', properties: { email: string() } },
        Error: { type: 'object', required: ['code'], properties: { code: { type: 'integer' }, message: string() } },
      },
    },
  };
}

/** A value to set at a path with steps separated by spaces; `undefined` removes the value. */
export type Edit = readonly [path: string, value: unknown];

/** Returns a copy of the example with these edits. */
export function changeExample(...edits: readonly Edit[]) {
  const document = createExample();
  for (const [path, value] of edits) {
    const steps = path.split(' ');
    const last = steps.pop() as string;
    // Every path of a test exists in the example, up to its last step.
    const parent = steps.reduce<Record<string, unknown>>(
      (node, step) => node[step] as Record<string, unknown>,
      document as Record<string, unknown>,
    );
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return document;
}
