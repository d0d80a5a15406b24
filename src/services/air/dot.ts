import { Problem } from '../../decisions/problem.ts';

/** An attribute value. Whole numbers become numbers. */
type Value = string | number;

/** An endpoint of an edge. */
export interface DotEnd {
  readonly node: string;
  /** The text after the colon. */
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
const MAX_NAME = 255;
const MAX_VALUE = 4096;

/**
 * Parses an undirected graph in linear time and without recursion, so nesting cannot exhaust the stack.
 *
 * Accepts the DOT language (https://graphviz.org/doc/info/lang.html), and also unquoted names and values with dots,
 * slashes or hyphens, as in real topologies. Skips graph attributes and defaults, which do not describe the network.
 *
 * @throws Problem with line and column
 */
export function readDot(text: string): DotGraph {
  const reader = new Reader(text);
  reader.header();
  const nodes = new Map<string, Map<string, Value>>();
  const edges: [DotEnd, DotEnd][] = [];
  let statements = 0;
  for (let depth = 1; depth > 0; ) {
    if (reader.takes(';')) continue;
    if (reader.takes('}')) {
      depth -= 1;
      continue;
    }
    statements += 1;
    if (statements > MAX_STATEMENTS) throw reader.wrong(`no more than ${MAX_STATEMENTS} statements`);
    if (depth > MAX_DEPTH) throw reader.wrong(`no more than ${MAX_DEPTH} levels of subgraphs`);
    if (reader.opensSubgraph()) depth += 1;
    else reader.statement(nodes, edges);
  }
  reader.end();
  const named = [...nodes].map(([name, attributes]) => [name, Object.fromEntries(attributes)] as const);
  return { nodes: Object.fromEntries(named), edges };
}

const SPACE = /\s+/y;
/** An unquoted name; `--` is an edge and `//` a comment. Matches one more than `MAX_NAME`, to detect longer names. */
const BARE = /(?:[\w.\u0080-\uffff]|\/(?![/*])|-(?![->])){1,256}/y;
const BARE_VALUE = /[^\s,;\]{}"]+/y;
const QUOTE_OR_ESCAPE = /["\\]/g;
const ANGLE = /[<>]/g;
/** Keywords that apply to all nodes, all edges or the graph; case-insensitive. */
const DEFAULTS: ReadonlySet<string> = new Set(['node', 'edge', 'graph']);
/** Inherited names, rejected as everywhere else. */
const UNUSABLE: ReadonlySet<string> = new Set(['__proto__', 'constructor']);

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#blank();
  }

  header(): void {
    let word = this.#match(BARE)?.[0].toLowerCase();
    if (word === 'strict') word = this.#match(BARE)?.[0].toLowerCase();
    if (word !== 'graph') throw this.wrong('DOT text such as `graph name { ... }`');
    if (this.takes('{')) return;
    this.#id('`{`');
    this.#expect('{');
  }

  /** Checks that nothing follows the graph. */
  end(): void {
    if (this.#at < this.#text.length) throw this.wrong('nothing after the graph');
  }

  takes(sign: string): boolean {
    if (!this.#text.startsWith(sign, this.#at)) return false;
    this.#at += sign.length;
    this.#blank();
    return true;
  }

  /** Accepts `{`, `subgraph {` or `subgraph name {`. */
  opensSubgraph(): boolean {
    if (this.takes('{')) return true;
    const before = this.#at;
    if (this.#match(BARE)?.[0].toLowerCase() === 'subgraph') {
      if (!this.takes('{')) {
        this.#id('the name of a subgraph');
        this.#expect('{');
      }
      return true;
    }
    this.#at = before;
    return false;
  }

  /** Reads a node, a chain of edges, or an attribute of the graph. */
  statement(nodes: Map<string, Map<string, Value>>, edges: [DotEnd, DotEnd][]): void {
    const isQuoted = this.#text[this.#at] === '"';
    const first = this.#end();
    if (first.port === undefined && this.takes('=')) {
      this.#value();
    } else if (this.takes('--')) {
      let one = first;
      do {
        const other = this.#end();
        edges.push([one, other]);
        one = other;
      } while (this.takes('--'));
      this.#attributes(new Map());
    } else if (!isQuoted && DEFAULTS.has(first.node.toLowerCase())) {
      this.#attributes(new Map());
    } else {
      const attributes = nodes.get(first.node) ?? new Map<string, Value>();
      this.#attributes(attributes);
      nodes.set(first.node, attributes);
    }
  }

  /** Creates the problem for an unexpected character. */
  wrong(expected: string, at = this.#at): Problem {
    const before = this.#text.slice(0, at);
    const place = `line ${before.split('\n').length}, column ${at - before.lastIndexOf('\n')}`;
    return new Problem('invalid_request', `Field \`content\` is not valid; expected ${expected} at ${place}.`);
  }

  /** Reads a name with an optional port: `name`, `name:port` or `name:port:n`. Ignores the compass point. */
  #end(): DotEnd {
    const node = this.#id('a node, an edge or `}`');
    if (!this.takes(':')) return { node };
    const port = this.#id('the name of an interface');
    if (this.takes(':')) this.#id('a compass point');
    return { node, port };
  }

  /** Reads any number of attribute lists. */
  #attributes(into: Map<string, Value>): void {
    while (this.takes('[')) {
      while (!this.takes(']')) {
        const name = this.#id('the name of an attribute or `]`');
        this.#expect('=');
        into.set(name, this.#value());
        if (!this.takes(',')) this.takes(';');
      }
    }
  }

  #value(): Value {
    const start = this.#at;
    const value = this.#readQuoted() ?? this.#html() ?? this.#match(BARE_VALUE)?.[0];
    if (value === undefined) throw this.wrong('a value');
    if (value.length > MAX_VALUE) throw this.wrong(`a value of up to ${MAX_VALUE} characters`, start);
    return /^\d{1,15}$/.test(value) ? Number(value) : value;
  }

  #id(what: string): string {
    const start = this.#at;
    const name = this.#readQuoted() ?? this.#match(BARE)?.[0];
    if (name === undefined) throw this.wrong(what);
    if (name.length > MAX_NAME) throw this.wrong(`a name of up to ${MAX_NAME} characters`, start);
    if (UNUSABLE.has(name)) throw this.wrong(`a name other than the reserved \`${name}\``, start);
    return name;
  }

  /** Reads a quoted string, or several joined by `+`. */
  #readQuoted(): string | undefined {
    if (this.#text[this.#at] !== '"') return undefined;
    const parts = [this.#oneQuoted()];
    while (this.takes('+')) parts.push(this.#oneQuoted());
    return parts.join('');
  }

  #oneQuoted(): string {
    const start = this.#at;
    if (this.#text[start] !== '"') throw this.wrong('a quoted string');
    QUOTE_OR_ESCAPE.lastIndex = start + 1;
    for (let sign = QUOTE_OR_ESCAPE.exec(this.#text); sign !== null; sign = QUOTE_OR_ESCAPE.exec(this.#text)) {
      if (sign[0] === '\\') {
        QUOTE_OR_ESCAPE.lastIndex += 1;
        continue;
      }
      this.#at = sign.index + 1;
      this.#blank();
      return this.#text.slice(start + 1, sign.index).replace(/\\(?:\r?\n|(?="))/g, '');
    }
    throw this.wrong('the end of the quoted string that begins');
  }

  /** Reads text in balanced angle brackets. */
  #html(): string | undefined {
    if (this.#text[this.#at] !== '<') return undefined;
    const start = this.#at;
    ANGLE.lastIndex = start;
    let open = 0;
    for (let sign = ANGLE.exec(this.#text); sign !== null; sign = ANGLE.exec(this.#text)) {
      open += sign[0] === '<' ? 1 : -1;
      if (open > 0) continue;
      this.#at = sign.index + 1;
      this.#blank();
      return this.#text.slice(start + 1, sign.index);
    }
    throw this.wrong('the end of the text in `<` and `>` that begins');
  }

  #expect(sign: string): void {
    if (!this.takes(sign)) throw this.wrong(`\`${sign}\``);
  }

  /** Matches at the current position, and skips the match and blanks after it. */
  #match(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#text);
    if (found === null) return null;
    this.#at = expression.lastIndex;
    this.#blank();
    return found;
  }

  /** Skips white space and comments. `#` starts a comment only at the start of a line: colours use it, too. */
  #blank(): void {
    let startsLine = this.#at === 0;
    for (;;) {
      SPACE.lastIndex = this.#at;
      const space = SPACE.exec(this.#text)?.[0];
      if (space !== undefined) {
        this.#at += space.length;
        startsLine ||= space.includes('\n');
      } else if (this.#text.startsWith('//', this.#at) || (startsLine && this.#text[this.#at] === '#')) {
        const end = this.#text.indexOf('\n', this.#at);
        this.#at = end < 0 ? this.#text.length : end;
      } else if (this.#text.startsWith('/*', this.#at)) {
        const end = this.#text.indexOf('*/', this.#at + 2);
        if (end < 0) throw this.wrong('the end of the comment that begins');
        this.#at = end + 2;
      } else {
        return;
      }
    }
  }
}
