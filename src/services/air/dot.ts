import { invalidRequest, type Problem } from '../../decisions/problem.ts';

/** An attribute value. Whole numbers become numbers. */
type Value = string | number;

export interface DotEnd {
  readonly node: string;
  readonly port?: string;
}

/** An undirected graph, in the subset of DOT that topologies use. */
export interface DotGraph {
  /** Attributes of nodes that have a statement, by name. */
  readonly nodes: Readonly<Record<string, Readonly<Record<string, Value>>>>;
  readonly edges: readonly (readonly [DotEnd, DotEnd])[];
}

const MAX_STATEMENTS = 20_000;
const MAX_DEPTH = 32;
const MAX_NAME_LENGTH = 255;
const MAX_VALUE_LENGTH = 4096;

/**
 * Parses an undirected graph in linear time and without recursion, so nesting cannot exhaust the stack.
 *
 * Accepts the DOT language (https://graphviz.org/doc/info/lang.html), and also unquoted names and values with dots,
 * slashes or hyphens, as in real topologies. Skips graph attributes and defaults, which do not describe the network.
 *
 * @throws Problem with line and column
 */
export function readDot(text: string): DotGraph {
  const reader = new DotReader(text);
  reader.readHeader();
  const nodes = new Map<string, Map<string, Value>>();
  const edges: [DotEnd, DotEnd][] = [];
  let statements = 0;
  for (let depth = 1; depth > 0; ) {
    if (reader.accept(';')) continue;
    if (reader.accept('}')) {
      depth -= 1;
      continue;
    }
    statements += 1;
    if (statements > MAX_STATEMENTS) throw reader.createProblem(`no more than ${MAX_STATEMENTS} statements`);
    if (depth > MAX_DEPTH) throw reader.createProblem(`no more than ${MAX_DEPTH} levels of subgraphs`);
    if (reader.acceptSubgraph()) depth += 1;
    else reader.readStatement(nodes, edges);
  }
  reader.readEnd();
  const named = [...nodes].map(([name, attributes]) => [name, Object.fromEntries(attributes)] as const);
  return { nodes: Object.fromEntries(named), edges };
}

/** The expressions of the reader are sticky (`y`): they match only at its position. */
const SPACE = /\s+/y;
/** `--` is an edge and `//` a comment. One character more than `MAX_NAME_LENGTH`, so that longer names are reported. */
const BARE_NAME = /(?:[\w.\u0080-\uffff]|\/(?![/*])|-(?![->])){1,256}/y;
/** An unquoted value, up to the next blank or separator. */
const BARE_VALUE = /[^\s,;\]{}"]+/y;
const QUOTE_OR_ESCAPE = /["\\]/g;
const ANGLE_BRACKET = /[<>]/g;
/** Keywords that apply to all nodes, all edges or the graph; case-insensitive. */
const DEFAULTS_KEYWORDS: ReadonlySet<string> = new Set(['node', 'edge', 'graph']);
/** Names that every object inherits, rejected as in all other requests. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor']);

class DotReader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
    this.#skipBlanks();
  }

  /** Reads `graph {`, with an optional `strict` and name. */
  readHeader(): void {
    let word = this.#match(BARE_NAME)?.[0].toLowerCase();
    if (word === 'strict') word = this.#match(BARE_NAME)?.[0].toLowerCase();
    if (word !== 'graph') throw this.createProblem('DOT text such as `graph name { ... }`');
    if (this.accept('{')) return;
    this.#readName('`{`');
    this.#expect('{');
  }

  readEnd(): void {
    if (this.#position < this.#text.length) throw this.createProblem('nothing after the graph');
  }

  accept(sign: string): boolean {
    if (!this.#text.startsWith(sign, this.#position)) return false;
    this.#position += sign.length;
    this.#skipBlanks();
    return true;
  }

  /** Accepts `{`, `subgraph {` or `subgraph name {`. */
  acceptSubgraph(): boolean {
    if (this.accept('{')) return true;
    const before = this.#position;
    if (this.#match(BARE_NAME)?.[0].toLowerCase() === 'subgraph') {
      if (!this.accept('{')) {
        this.#readName('the name of a subgraph');
        this.#expect('{');
      }
      return true;
    }
    this.#position = before;
    return false;
  }

  /** Reads a node, a chain of edges, or an attribute of the graph. */
  readStatement(nodes: Map<string, Map<string, Value>>, edges: [DotEnd, DotEnd][]): void {
    const isQuoted = this.#text[this.#position] === '"';
    const first = this.#readNodeAndPort();
    if (first.port === undefined && this.accept('=')) {
      this.#readValue();
    } else if (this.accept('--')) {
      let left = first;
      do {
        const right = this.#readNodeAndPort();
        edges.push([left, right]);
        left = right;
      } while (this.accept('--'));
      this.#readAttributes(new Map());
    } else if (!isQuoted && DEFAULTS_KEYWORDS.has(first.node.toLowerCase())) {
      this.#readAttributes(new Map());
    } else {
      const attributes = nodes.get(first.node) ?? new Map<string, Value>();
      this.#readAttributes(attributes);
      nodes.set(first.node, attributes);
    }
  }

  createProblem(expected: string, at = this.#position): Problem {
    const before = this.#text.slice(0, at);
    const location = `line ${before.split('\n').length}, column ${at - before.lastIndexOf('\n')}`;
    return invalidRequest(`Field \`content\` is not valid; expected ${expected} at ${location}.`);
  }

  /** Reads a name with an optional port: `name`, `name:port` or `name:port:n`. Ignores the compass point. */
  #readNodeAndPort(): DotEnd {
    const node = this.#readName('a node, an edge or `}`');
    if (!this.accept(':')) return { node };
    const port = this.#readName('the name of an interface');
    if (this.accept(':')) this.#readName('a compass point');
    return { node, port };
  }

  #readAttributes(into: Map<string, Value>): void {
    while (this.accept('[')) {
      while (!this.accept(']')) {
        const name = this.#readName('the name of an attribute or `]`');
        this.#expect('=');
        into.set(name, this.#readValue());
        if (!this.accept(',')) this.accept(';');
      }
    }
  }

  #readValue(): Value {
    const start = this.#position;
    const value = this.#readQuoted() ?? this.#readHtml() ?? this.#match(BARE_VALUE)?.[0];
    if (value === undefined) throw this.createProblem('a value');
    if (value.length > MAX_VALUE_LENGTH)
      throw this.createProblem(`a value of up to ${MAX_VALUE_LENGTH} characters`, start);
    // Up to 15 digits: all of these numbers are exact.
    return /^\d{1,15}$/.test(value) ? Number(value) : value;
  }

  #readName(expected: string): string {
    const start = this.#position;
    const name = this.#readQuoted() ?? this.#match(BARE_NAME)?.[0];
    if (name === undefined) throw this.createProblem(expected);
    if (name.length > MAX_NAME_LENGTH) throw this.createProblem(`a name of up to ${MAX_NAME_LENGTH} characters`, start);
    if (RESERVED_NAMES.has(name)) throw this.createProblem(`a name other than the reserved \`${name}\``, start);
    return name;
  }

  /** Reads a quoted string, or several joined by `+`. */
  #readQuoted(): string | undefined {
    if (this.#text[this.#position] !== '"') return undefined;
    const parts = [this.#readSingleQuoted()];
    while (this.accept('+')) parts.push(this.#readSingleQuoted());
    return parts.join('');
  }

  #readSingleQuoted(): string {
    const start = this.#position;
    if (this.#text[start] !== '"') throw this.createProblem('a quoted string');
    QUOTE_OR_ESCAPE.lastIndex = start + 1;
    for (let sign = QUOTE_OR_ESCAPE.exec(this.#text); sign !== null; sign = QUOTE_OR_ESCAPE.exec(this.#text)) {
      if (sign[0] === '\\') {
        QUOTE_OR_ESCAPE.lastIndex += 1;
        continue;
      }
      this.#position = sign.index + 1;
      this.#skipBlanks();
      return this.#text.slice(start + 1, sign.index).replace(/\\(?:\r?\n|(?="))/g, '');
    }
    throw this.createProblem('the end of the quoted string that begins');
  }

  /** Reads text in balanced angle brackets. */
  #readHtml(): string | undefined {
    if (this.#text[this.#position] !== '<') return undefined;
    const start = this.#position;
    ANGLE_BRACKET.lastIndex = start;
    let open = 0;
    for (let sign = ANGLE_BRACKET.exec(this.#text); sign !== null; sign = ANGLE_BRACKET.exec(this.#text)) {
      open += sign[0] === '<' ? 1 : -1;
      if (open > 0) continue;
      this.#position = sign.index + 1;
      this.#skipBlanks();
      return this.#text.slice(start + 1, sign.index);
    }
    throw this.createProblem('the end of the text in `<` and `>` that begins');
  }

  #expect(sign: string): void {
    if (!this.accept(sign)) throw this.createProblem(`\`${sign}\``);
  }

  /** Matches at the current position, and skips the match and blanks after it. */
  #match(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#position;
    const found = expression.exec(this.#text);
    if (found === null) return null;
    this.#position = expression.lastIndex;
    this.#skipBlanks();
    return found;
  }

  /** Skips white space and comments. `#` starts a comment only at the start of a line: colours use it, too. */
  #skipBlanks(): void {
    let startsLine = this.#position === 0;
    for (;;) {
      SPACE.lastIndex = this.#position;
      const space = SPACE.exec(this.#text)?.[0];
      if (space !== undefined) {
        this.#position += space.length;
        startsLine ||= space.includes('\n');
      } else if (this.#text.startsWith('//', this.#position) || (startsLine && this.#text[this.#position] === '#')) {
        const end = this.#text.indexOf('\n', this.#position);
        this.#position = end < 0 ? this.#text.length : end;
      } else if (this.#text.startsWith('/*', this.#position)) {
        const end = this.#text.indexOf('*/', this.#position + 2);
        if (end < 0) throw this.createProblem('the end of the comment that begins');
        this.#position = end + 2;
      } else {
        return;
      }
    }
  }
}
