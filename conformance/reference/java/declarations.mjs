// @ts-check
import { tokensOf } from './tokens.mjs';

/** @typedef {import('./tokens.mjs').Token} Token */

/**
 * `@Size(min = 1)`: values are tokens, because they may contain constants.
 *
 * @typedef {{ name: string, values: Record<string, Token[]> }} Annotation
 *
 * @typedef {{ name: string, args: Type[], annotations: Annotation[] }} Type `List<@Valid Part>`; arrays are lists
 *
 * @typedef {{ name: string, type: Type, annotations: Annotation[], isStatic: boolean, value: Token[] }} Field
 *
 * @typedef {{ name: string, type: Type, annotations: Annotation[], parameters: Field[] }} Method
 *
 * @typedef {object} Declaration a class, record, enum or interface
 * @property {string} kind
 * @property {string} name
 * @property {Annotation[]} annotations
 * @property {Type | null} parent
 * @property {Field[]} fields for a record, its components
 * @property {Method[]} methods
 * @property {{ name: string, annotations: Annotation[], args: Token[] }[]} constants of an enum
 * @property {Declaration[]} nested
 * @property {Declaration | null} outer
 * @property {Unit} unit
 *
 * @typedef {{ package: string, imports: { name: string, isStatic: boolean }[], declarations: Declaration[] }} Unit
 */

const KINDS = ['class', 'interface', 'enum', 'record'];
const MODIFIERS = ['public', 'private', 'protected', 'static', 'final', 'abstract', 'default', 'sealed', 'transient'];
const OPEN = ['(', '{', '['];
const CLOSED = [')', '}', ']'];

/**
 * Parses the declarations of a source file. Method bodies are skipped.
 *
 * @param {string} source
 * @returns {Unit}
 */
export function unitOf(source) {
  return new Reader(tokensOf(source)).unit();
}

class Reader {
  /** @param {Token[]} tokens */
  constructor(tokens) {
    this.tokens = tokens;
    this.at = 0;
    /** @type {Unit} */
    this.result = { package: '', imports: [], declarations: [] };
  }

  /** @param {number} [ahead] */
  peek(ahead = 0) {
    const token = this.tokens[this.at + ahead];
    return token?.kind === 'text' ? '' : (token?.value ?? '');
  }

  next() {
    this.at += 1;
    return this.tokens[this.at - 1]?.value ?? '';
  }

  /** @param {string[]} values Skips a token if it is one of these. */
  takes(...values) {
    const isOne = values.includes(this.peek());
    if (isOne) this.at += 1;
    return isOne;
  }

  isAtEnd() {
    return this.at >= this.tokens.length;
  }

  unit() {
    while (!this.isAtEnd()) {
      if (this.takes('package')) this.result.package = this.#qualified();
      else if (this.takes('import'))
        this.result.imports.push({ isStatic: this.takes('static'), name: this.#qualified() });
      else if (!this.takes(';')) this.#declaration(this.result.declarations, null);
    }
    return this.result;
  }

  /** `a.b.C` and `a.b.*` */
  #qualified() {
    let name = this.next();
    while (this.takes('.')) name += `.${this.next()}`;
    return name;
  }

  /**
   * Annotations and modifiers.
   *
   * @returns {{ annotations: Annotation[], isStatic: boolean }}
   */
  #modifiers() {
    /** @type {Annotation[]} */
    const annotations = [];
    let isStatic = false;
    for (;;) {
      if (this.peek() === '@' && this.peek(1) !== 'interface') annotations.push(this.annotation());
      else if (this.peek() === 'non' && this.peek(1) === '-') this.at += 3;
      else if (MODIFIERS.includes(this.peek())) isStatic = this.next() === 'static' || isStatic;
      else return { annotations, isStatic };
    }
  }

  /** @returns {Annotation} */
  annotation() {
    this.next();
    const name = this.#qualified().replace(/^.*\./, '');
    /** @type {Record<string, Token[]>} */
    const values = {};
    if (!this.takes('(')) return { name, values };
    while (!this.takes(')')) {
      const isNamed = this.peek(1) === '=' && this.peek(2) !== '=';
      const key = isNamed ? this.next() : 'value';
      if (isNamed) this.next();
      values[key] = this.#until(',', ')');
      this.takes(',');
    }
    return { name, values };
  }

  /** Returns the tokens up to one of these marks outside brackets. @param {string[]} marks */
  #until(...marks) {
    const from = this.at;
    let depth = 0;
    while (!this.isAtEnd() && !(depth === 0 && marks.includes(this.peek()))) {
      if (OPEN.includes(this.peek())) depth += 1;
      else if (CLOSED.includes(this.peek())) depth -= 1;
      this.at += 1;
    }
    return this.tokens.slice(from, this.at);
  }

  /** Skips a pair of brackets and its content. */
  #skip() {
    this.next();
    while (!this.isAtEnd() && !CLOSED.includes(this.peek())) {
      if (OPEN.includes(this.peek())) this.#skip();
      else this.at += 1;
    }
    this.next();
  }

  /**
   * @param {Declaration[]} into
   * @param {Declaration | null} outer
   */
  #declaration(into, outer) {
    const { annotations } = this.#modifiers();
    this.#body(into, outer, annotations);
  }

  /** @param {Declaration[]} into @param {Declaration | null} outer @param {Annotation[]} annotations */
  #body(into, outer, annotations) {
    this.takes('@');
    const kind = this.next();
    /** @type {Declaration} */
    const found = {
      kind,
      name: this.next(),
      annotations,
      parent: null,
      fields: [],
      methods: [],
      constants: [],
      nested: [],
      outer,
      unit: this.result,
    };
    into.push(found);
    if (this.peek() === '<') this.#typeArguments();
    if (this.peek() === '(') found.fields = this.#parameters();
    if (this.takes('extends') && kind === 'class') found.parent = this.#type([]);
    while (!this.isAtEnd() && this.peek() !== '{') this.at += 1;
    this.next();
    if (kind === 'enum') this.#constants(found);
    while (!this.isAtEnd() && !this.takes('}')) this.#member(found);
  }

  /** @param {Declaration} found */
  #constants(found) {
    while (!this.isAtEnd() && this.peek() !== '}' && !this.takes(';')) {
      const { annotations } = this.#modifiers();
      const name = this.next();
      const args = this.takes('(') ? this.#until(')') : [];
      if (args.length > 0 || this.peek() === ')') this.takes(')');
      if (this.peek() === '{') this.#skip();
      found.constants.push({ name, annotations, args });
      this.takes(',');
    }
  }

  /** @param {Declaration} found */
  #member(found) {
    const { annotations, isStatic } = this.#modifiers();
    if (this.takes(';')) return;
    if (this.peek() === '{') return this.#skip();
    const isType = KINDS.includes(this.peek()) && this.tokens[this.at + 1]?.kind === 'name' && this.peek(2) !== '(';
    const isRecord = this.peek() === 'record' && this.tokens[this.at + 1]?.kind === 'name';
    if (isType || isRecord || this.peek() === '@') return this.#body(found.nested, found, annotations);
    if (this.peek() === '<') this.#typeArguments();
    const type = this.#type([]);
    // A constructor has no type.
    const name = this.peek() === '(' || this.peek() === '{' ? type.name : this.next();
    if (this.peek() === '(') {
      const parameters = this.#parameters();
      this.#until(';', '{');
      if (!this.takes(';')) this.#skip();
      found.methods.push({ name, type, annotations, parameters });
    } else if (this.peek() === '{') this.#skip();
    else this.#fields(found, { name, type, annotations, isStatic: isStatic || found.kind === 'interface', value: [] });
  }

  /** `int a = 1, b;` @param {Declaration} found @param {Field} first */
  #fields(found, first) {
    for (let field = first; ; field = { ...first, name: this.next(), value: [] }) {
      if (this.takes('=')) field.value = this.#until(';', ',');
      // Fields of a record are constants.
      if (found.kind !== 'record' || field.isStatic) found.fields.push(field);
      if (!this.takes(',')) break;
    }
    this.#until(';');
    this.next();
  }

  /** @returns {Field[]} */
  #parameters() {
    /** @type {Field[]} */
    const parameters = [];
    this.next();
    while (!this.isAtEnd() && !this.takes(')')) {
      const { annotations } = this.#modifiers();
      const type = this.#type([]);
      while (this.takes('.'));
      parameters.push({ name: this.next(), type, annotations, isStatic: false, value: [] });
      this.takes(',');
    }
    return parameters;
  }

  /** @param {Annotation[]} annotations @returns {Type} */
  #type(annotations) {
    const own = [...annotations];
    while (this.peek() === '@') own.push(this.annotation());
    const isWild = this.takes('?');
    if (isWild && !this.takes('extends', 'super')) return { name: 'Object', args: [], annotations: own };
    let name = this.next();
    while (this.peek() === '.' && this.tokens[this.at + 1]?.kind === 'name') {
      this.next();
      name += `.${this.next()}`;
    }
    const args = this.peek() === '<' ? this.#typeArguments() : [];
    /** @type {Type} */
    const type = { name, args, annotations: own };
    if (this.peek() !== '[' || this.peek(1) !== ']') return type;
    this.at += 2;
    return { name: name === 'byte' ? 'byte[]' : 'List', args: [type], annotations: [] };
  }

  /** `<A, B>` @returns {Type[]} */
  #typeArguments() {
    /** @type {Type[]} */
    const args = [];
    this.next();
    while (!this.isAtEnd() && !this.takes('>')) {
      args.push(this.#type([]));
      while (this.takes('extends', '&')) this.#type([]);
      this.takes(',');
    }
    return args;
  }
}
