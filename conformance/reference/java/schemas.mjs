// @ts-check
import { UserError } from '../comparison.mjs';

/** @typedef {import('./declarations.mjs').Annotation} Annotation */
/** @typedef {import('./declarations.mjs').Declaration} Declaration */
/** @typedef {import('./declarations.mjs').Field} Field */
/** @typedef {import('./declarations.mjs').Type} Type */
/** @typedef {Record<string, any>} Schema */

const TEXT = { type: 'string' };
const INTEGER = { type: 'integer' };
const NUMBER = { type: 'number' };

/** @type {Readonly<Record<string, Schema>>} */
const PLAIN = {
  String: TEXT,
  CharSequence: TEXT,
  char: TEXT,
  Character: TEXT,
  'byte[]': { type: 'string', format: 'byte' },
  UUID: { type: 'string', format: 'uuid' },
  URI: { type: 'string', format: 'uri' },
  URL: { type: 'string', format: 'uri' },
  ...Object.fromEntries(
    ['Instant', 'OffsetDateTime', 'ZonedDateTime', 'Date'].map((name) => [
      name,
      { type: 'string', format: 'date-time' },
    ]),
  ),
  LocalDate: { type: 'string', format: 'date' },
  Duration: { type: 'string', format: 'duration' },
  ...Object.fromEntries(
    ['int', 'long', 'short', 'Integer', 'Long', 'Short', 'BigInteger'].map((name) => [name, INTEGER]),
  ),
  ...Object.fromEntries(['double', 'float', 'Double', 'Float', 'BigDecimal'].map((name) => [name, NUMBER])),
  boolean: { type: 'boolean' },
  Boolean: { type: 'boolean' },
  Object: {},
  JsonNode: {},
  ObjectNode: { type: 'object' },
  ByteBuffer: { type: 'object' },
};
const LISTS = ['List', 'Collection', 'Iterable', 'ArrayNode', 'Flux', 'Stream'];
const SETS = ['Set', 'SortedSet', 'EnumSet'];
const MAPS = ['Map', 'SortedMap', 'HashMap'];
/** Wrapper types, serialized as their content. */
const WRAPPERS = ['Optional', 'ResponseEntity', 'Mono', 'CompletableFuture', 'Callable', 'DeferredResult'];

/** Annotations of required members. Not Lombok's `NonNull`, which is removed at compile time. */
const DEMANDS = ['NotNull', 'NotBlank', 'NotEmpty', 'Nonnull'];

/** The schemas of a Spring application's types. Classes become components when they are referred to. */
export class JavaSchemas {
  /** @type {Record<string, Schema>} */
  components = {};
  /** @type {Map<Declaration, string>} */
  #names = new Map();

  /** @param {import('./sources.mjs').Sources} sources */
  constructor(sources) {
    this.sources = sources;
  }

  /**
   * @param {Type} type
   * @param {Declaration} from where the type is used
   * @param {readonly Annotation[]} [annotations] the annotations of its member
   * @returns {Schema}
   */
  schemaOf(type, from, annotations = []) {
    const all = [...type.annotations, ...annotations];
    const annotated = this.#annotated(all, from);
    const schema = annotated.type === undefined ? { ...this.#typed(type, from), ...annotated } : annotated;
    return schema.$ref === undefined ? { ...schema, ...this.#bounds(schema, all, from) } : { $ref: schema.$ref };
  }

  /** @param {Type} type @param {Declaration} from @returns {Schema} */
  #typed(type, from) {
    const { name, args } = type;
    const short = name.slice(name.lastIndexOf('.') + 1);
    const inner = (/** @type {number} */ at) => (args[at] === undefined ? {} : this.schemaOf(args[at], from));
    if (WRAPPERS.includes(short)) return inner(0);
    if (LISTS.includes(short)) return { type: 'array', items: inner(0) };
    if (SETS.includes(short)) return { type: 'array', items: inner(0), uniqueItems: true };
    if (MAPS.includes(short)) return { type: 'object', additionalProperties: inner(1) };
    const declared = this.sources.find(name, from);
    if (declared !== undefined) return this.#declared(declared);
    const plain = PLAIN[short];
    if (plain === undefined) throw new UserError(`${from.name}: the type \`${name}\` is not in the folder.`);
    return plain;
  }

  /**
   * Returns the schema in a member's `@Schema`.
   *
   * @param {readonly Annotation[]} annotations
   * @param {Declaration} from
   * @returns {Schema}
   */
  #annotated(annotations, from) {
    const annotated = this.valuesOf(annotations, 'Schema', from);
    const { types, type = types, format, allowableValues, additionalProperties } = annotated;
    const all = [type].flat().filter((one) => one !== undefined && one !== '');
    return {
      ...(all.length > 0 && { type: all.length === 1 ? all[0] : all }),
      ...(format !== undefined && { format }),
      ...(allowableValues !== undefined && { enum: [allowableValues].flat() }),
      ...(String(additionalProperties).endsWith('.TRUE') && { additionalProperties: true }),
    };
  }

  /**
   * Returns the values of an annotation.
   *
   * @param {readonly Annotation[]} annotations
   * @param {string} name
   * @param {Declaration} from
   * @returns {Record<string, any>}
   */
  valuesOf(annotations, name, from) {
    const { values = {} } = annotations.find((one) => one.name === name) ?? {};
    return Object.fromEntries(Object.entries(values).map(([key, tokens]) => [key, this.sources.valueOf(tokens, from)]));
  }

  /**
   * Adds the constraints of validation annotations.
   *
   * @param {Schema} schema
   * @param {readonly Annotation[]} annotations
   * @param {Declaration} from
   * @returns {Schema}
   */
  #bounds({ type, additionalProperties }, annotations, from) {
    const of =
      type === 'array' ? 'Items' : type === 'object' && additionalProperties !== undefined ? 'Properties' : 'Length';
    /** @type {Schema} */
    const bounds = {};
    for (const { name } of annotations) {
      const { value, min, max, regexp } = this.valuesOf(annotations, name, from);
      if (name === 'Size' || name === 'Length') {
        if (min !== undefined) bounds[`min${of}`] = min;
        if (max !== undefined) bounds[`max${of}`] = max;
      }
      if (name === 'NotEmpty' || (name === 'NotBlank' && type === 'string')) bounds[`min${of}`] ??= 1;
      if (name === 'Pattern') bounds['pattern'] = regexp;
      if (name === 'Positive') bounds['exclusiveMinimum'] = 0;
      if (name === 'PositiveOrZero') bounds['minimum'] = 0;
      if (name === 'Min' || name === 'DecimalMin') bounds['minimum'] = Number(value);
      if (name === 'Max' || name === 'DecimalMax') bounds['maximum'] = Number(value);
    }
    return bounds;
  }

  /** @param {Declaration} declared @returns {Schema} */
  #declared(declared) {
    if (declared.kind === 'enum') return { type: 'string', enum: this.#constants(declared) };
    const name = this.#names.get(declared) ?? this.#freeName(declared);
    if (!this.#names.has(declared)) {
      this.#names.set(declared, name);
      this.components[name] = {};
      Object.assign(this.components[name], this.#object(declared));
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  /** Two classes may have one name. @param {Declaration} declared */
  #freeName({ name }) {
    let free = name;
    for (let number = 2; free in this.components; number += 1) free = `${name}${number}`;
    return free;
  }

  /**
   * Enum constants are serialized by name, or as the text that `toString` or a marked member returns, as in Jackson 3.
   *
   * @param {Declaration} declared
   */
  #constants(declared) {
    const isWritten = (/** @type {Annotation} */ { name }) => name === 'JsonValue';
    const marked =
      declared.methods.some(({ name }) => name === 'toString') ||
      [...declared.fields, ...declared.methods].some(({ annotations }) => annotations.some(isWritten));
    return declared.constants.map(({ name, annotations, args }) => {
      const { value = name } = this.valuesOf(annotations, 'JsonProperty', declared);
      return marked ? (this.sources.valueOf(args, declared) ?? value) : value;
    });
  }

  /** @param {Declaration} declared @returns {Schema} */
  #object(declared) {
    /** @type {Record<string, Schema>} */
    const properties = {};
    /** @type {string[]} */
    const required = [];
    for (const [owner, field] of this.#fieldsOf(declared)) {
      const { annotations, name, type } = field;
      const { value = this.#cased(name, owner) } = this.valuesOf(annotations, 'JsonProperty', owner);
      properties[value] = this.schemaOf(type, owner, annotations);
      if (this.#isDemanded(annotations, owner)) required.push(value);
    }
    return { type: 'object', properties, ...(required.length > 0 && { required: required.sort() }) };
  }

  /** Returns the serialized members. @param {Declaration} declared @returns {[owner: Declaration, field: Field][]} */
  #fieldsOf(declared) {
    const { parent, fields } = declared;
    const above = parent === null ? undefined : this.sources.find(parent.name, declared);
    const own = fields.filter(({ isStatic, annotations }) => !isStatic && !this.#isHidden(annotations, declared));
    return [
      ...(above === undefined ? [] : this.#fieldsOf(above)),
      ...own.map((field) => /** @type {[Declaration, Field]} */ ([declared, field])),
    ];
  }

  /** @param {readonly Annotation[]} annotations @param {Declaration} from */
  #isHidden(annotations, from) {
    return (
      annotations.some(({ name }) => name === 'JsonIgnore' || name === 'Hidden') ||
      this.valuesOf(annotations, 'Schema', from)['hidden'] === true
    );
  }

  /** @param {readonly Annotation[]} annotations @param {Declaration} from */
  #isDemanded(annotations, from) {
    const { requiredMode } = this.valuesOf(annotations, 'Schema', from);
    if (requiredMode !== undefined)
      return String(requiredMode).endsWith('REQUIRED') && !String(requiredMode).endsWith('NOT_REQUIRED');
    return annotations.some(({ name }) => DEMANDS.includes(name));
  }

  /** @param {string} name @param {Declaration} owner */
  #cased(name, owner) {
    const { value } = this.valuesOf(owner.annotations, 'JsonNaming', owner);
    const isSnake =
      owner.annotations.some((one) => one.name === 'JsonNaming') && /Snake/.test(JSON.stringify(value) ?? '');
    return isSnake ? name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase() : name;
  }
}
