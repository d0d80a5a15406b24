// @ts-check
import { UserError } from '../comparison.mjs';
import { JavaSchemas } from './schemas.mjs';
import { Sources } from './sources.mjs';

/** @typedef {import('./declarations.mjs').Annotation} Annotation */
/** @typedef {import('./declarations.mjs').Declaration} Declaration */
/** @typedef {import('./declarations.mjs').Field} Field */
/** @typedef {import('./declarations.mjs').Method} Method */

const METHODS = ['Get', 'Post', 'Put', 'Patch', 'Delete'];
const PLACES = { PathVariable: 'path', RequestParam: 'query', RequestHeader: 'header' };
const NOTHING = ['void', 'Void'];
/** Parameter types that Spring injects itself. */
const GIVEN = ['HttpHeaders', 'MultiValueMap'];
/** @type {Readonly<Record<string, string>>} */
const STATUSES = { OK: '200', CREATED: '201', ACCEPTED: '202', NO_CONTENT: '204' };
/** Spring's own constants, by the end of the name. @type {Readonly<Record<string, string>>} */
const MEDIA_TYPES = {
  APPLICATION_JSON_VALUE: 'application/json',
  APPLICATION_FORM_URLENCODED_VALUE: 'application/x-www-form-urlencoded',
  TEXT_EVENT_STREAM_VALUE: 'text/event-stream',
  TEXT_PLAIN_VALUE: 'text/plain',
  ALL_VALUE: '*/*',
};
/** @type {Readonly<Record<string, string>>} */
const HEADERS = { LOCATION: 'Location' };

/**
 * Creates the document of a Spring application from its controllers and body classes. Leaves out controllers and
 * operations that are hidden from the application's own document.
 *
 * @param {readonly string[]} folders of the sources
 * @returns {any} an OpenAPI document
 */
export function springDocument(folders) {
  const sources = new Sources(folders);
  const hiding = sources.containing('addHiddenRestControllers').map(({ text }) => text);
  const hidden = new Set(hiding.flatMap((text) => [...text.matchAll(/\b(\w+)\.class\b/g)].map(([, name]) => name)));
  const spring = new Spring(sources);
  const controllers = sources.containing('@RestController').flatMap(({ declarations }) => declarations);
  for (const one of controllers) if (!hidden.has(one.name)) spring.add(one);
  return { openapi: '3.1.0', info: {}, paths: spring.paths, components: { schemas: spring.schemas.components } };
}

class Spring {
  /** @type {Record<string, Record<string, any>>} */
  paths = {};

  /** @param {Sources} sources */
  constructor(sources) {
    this.schemas = new JavaSchemas(sources);
  }

  /** @param {Declaration} controller */
  add(controller) {
    const shared = this.#valuesOf(controller.annotations, 'RequestMapping', controller);
    if (isHidden(controller)) return;
    for (const method of controller.methods) {
      const mapped = METHODS.find((name) => method.annotations.some((one) => one.name === `${name}Mapping`));
      if (mapped === undefined || isHidden(method)) continue;
      const own = this.#valuesOf(method.annotations, `${mapped}Mapping`, controller);
      const media = {
        produces: own['produces'] ?? shared['produces'],
        consumes: own['consumes'] ?? shared['consumes'],
      };
      for (const base of pathsOf(shared)) {
        for (const end of pathsOf(own)) {
          const path = `/${base}/${end}`.replaceAll(/\/+/g, '/').replace(/(?<=.)\/$/, '');
          this.paths[path] = {
            ...this.paths[path],
            [mapped.toLowerCase()]: this.#operation(path, method, controller, media),
          };
        }
      }
    }
  }

  /** @param {readonly Annotation[]} annotations @param {string} name @param {Declaration} from */
  #valuesOf(annotations, name, from) {
    return this.schemas.valuesOf(annotations, name, from);
  }

  /**
   * @param {string} path
   * @param {Method} method
   * @param {Declaration} from
   * @param {{ produces?: any, consumes?: any }} media
   */
  #operation(path, method, from, { produces, consumes }) {
    const given = method.parameters.filter((one) => !this.#valuesOf(one.annotations, 'Parameter', from)['hidden']);
    const parameters = given.flatMap((one) => this.#parameter(one, from, path));
    const body = method.parameters.find(({ annotations }) => annotations.some(({ name }) => name === 'RequestBody'));
    return {
      ...(parameters.length > 0 && { parameters }),
      ...(body !== undefined && { requestBody: this.#body(body, from, mediaTypes(consumes, 'application/json')) }),
      responses: this.#responses(method, from, mediaTypes(produces, '*/*')),
    };
  }

  /** @param {Field} field @param {Declaration} from @param {string} path */
  #parameter({ name, type, annotations }, from, path) {
    for (const [annotation, place] of Object.entries(PLACES)) {
      if (!annotations.some((one) => one.name === annotation) || GIVEN.includes(type.name)) continue;
      const {
        value,
        name: said = value ?? name,
        required = true,
        defaultValue,
      } = this.#valuesOf(annotations, annotation, from);
      if (place === 'path' && !path.includes(`{${said}}`)) continue;
      const schema = this.schemas.schemaOf(type, from, annotations);
      const isDemanded = place === 'path' || (required && defaultValue === undefined && type.name !== 'Optional');
      const initial = defaultValue === undefined ? {} : { default: defaultOf(schema, defaultValue) };
      return [{ name: said, in: place, ...(isDemanded && { required: true }), schema: { ...schema, ...initial } }];
    }
    return [];
  }

  /** @param {Field} field @param {Declaration} from @param {string[]} media */
  #body({ type, annotations }, from, media) {
    // Spring and Swagger both have an annotation with this name.
    const all = annotations
      .filter(({ name }) => name === 'RequestBody')
      .map((one) => this.#valuesOf([one], 'RequestBody', from));
    const content = all.find((one) => one['content'] !== undefined)?.['content'];
    const schema =
      content === undefined ? this.schemas.schemaOf(type, from) : (this.#contentSchema(content, from) ?? {});
    return { required: !all.some(({ required }) => required === false), content: contentOf(media, schema) };
  }

  /**
   * Returns the schema in `@Content(schema = @Schema(..))`, or null.
   *
   * @param {Annotation} content
   * @param {Declaration} from
   * @returns {Record<string, any> | null}
   */
  #contentSchema(content, from) {
    const { schema } = this.#valuesOf([content], 'Content', from);
    const { implementation, type, types = type } = this.#valuesOf([schema], 'Schema', from);
    const named = String(implementation ?? '').replace(/\.class$/, '');
    if (NOTHING.includes(named)) return null;
    if (types !== undefined) return { type: [types].flat().length === 1 ? [types].flat()[0] : types };
    return this.schemas.schemaOf({ name: named, args: [], annotations: [] }, from);
  }

  /** @param {Method} method @param {Declaration} from @param {string[]} media */
  #responses({ type, annotations }, from, media) {
    const inner = type.args[0]?.name ?? type.name;
    const schema = NOTHING.includes(inner) ? null : this.schemas.schemaOf(type, from);
    const answer = (/** @type {any} */ one) => ({
      description: '',
      ...(one !== null && { content: contentOf(media, one) }),
    });
    const { responses = [] } = this.#valuesOf(annotations, 'Operation', from);
    const { value: listed = [] } = this.#valuesOf(annotations, 'ApiResponses', from);
    const declared = [responses, listed, annotations.filter(({ name }) => name === 'ApiResponse')].flat();
    if (declared.length === 0) {
      const { value = 'OK', code = value } = this.#valuesOf(annotations, 'ResponseStatus', from);
      return { [statusOf(code)]: answer(schema) };
    }
    const answers = declared
      .map((one) => this.#valuesOf([one], 'ApiResponse', from))
      .map((one) => {
        const { responseCode, headers = [], content } = one;
        const names = [headers].flat().map((header) => this.#valuesOf([header], 'Header', from)['name']);
        const entries = names.map((name) => [HEADERS[lastOf(name)] ?? name, { schema: { type: 'string' } }]);
        const own = content === undefined ? schema : this.#contentSchema(content, from);
        return [responseCode, { ...answer(own), ...(entries.length > 0 && { headers: Object.fromEntries(entries) }) }];
      });
    return Object.fromEntries(answers);
  }
}

/** @param {{ annotations: Annotation[] }} declared */
function isHidden({ annotations }) {
  return annotations.some(({ name }) => name === 'Hidden');
}

/** @param {Record<string, any>} mapping */
function pathsOf({ value, path = value ?? '' }) {
  return [path].flat().map(String);
}

/** @param {string} name */
function lastOf(name) {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** @param {any} named @param {string} otherwise */
function mediaTypes(named, otherwise) {
  return [named ?? otherwise].flat().map((one) => MEDIA_TYPES[lastOf(one)] ?? one);
}

/** @param {string} code `HttpStatus.OK` */
function statusOf(code) {
  const status = STATUSES[lastOf(String(code))];
  if (status === undefined) throw new UserError(`Unknown status \`${code}\`.`);
  return status;
}

/** @param {string[]} media @param {any} schema */
function contentOf(media, schema) {
  return Object.fromEntries(media.map((type) => [type, { schema }]));
}

/** @param {any} schema @param {string} text */
function defaultOf({ type }, text) {
  if (type === 'array') return text.split(',').map((one) => one.trim());
  return type === 'string' ? text : JSON.parse(text);
}
