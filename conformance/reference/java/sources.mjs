// @ts-check
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../comparison.mjs';
import { unitOf } from './declarations.mjs';

/** @typedef {import('./declarations.mjs').Declaration} Declaration */
/** @typedef {import('./declarations.mjs').Annotation} Annotation */
/** @typedef {import('./tokens.mjs').Token} Token */
/** @typedef {string | number | boolean | undefined | Annotation | readonly unknown[]} Value */

/** The Java sources in folders, read on demand. */
export class Sources {
  /** @type {Map<string, string[]>} */
  #files = new Map();
  /** @type {Map<string, import('./declarations.mjs').Unit>} */
  #units = new Map();
  /** Files of the first folder. @type {string[]} */
  #own = [];

  /** @param {readonly string[]} folders of the application, and of its libraries */
  constructor(folders) {
    for (const folder of folders) {
      for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (!entry.endsWith('.java') || /(?:^|[\\/])test[\\/]/.test(entry)) continue;
        const name = basename(entry, '.java');
        this.#files.set(name, [...(this.#files.get(name) ?? []), join(folder, entry)]);
        if (folder === folders[0]) this.#own.push(join(folder, entry));
      }
    }
    if (this.#files.size === 0) throw new UserError(`${folders.join(', ')} has no Java sources.`);
  }

  /**
   * Returns the application's files that contain a text.
   *
   * @param {string} wanted
   * @returns {{ text: string, declarations: Declaration[] }[]}
   */
  containing(wanted) {
    const read = this.#own.sort().map((file) => ({ file, text: readFileSync(file, 'utf8') }));
    return read
      .filter(({ text }) => text.includes(wanted))
      .map(({ file, text }) => ({ text, declarations: this.#unit(file) }));
  }

  /** @param {string} file */
  #unit(file) {
    const unit = this.#units.get(file) ?? unitOf(readFileSync(file, 'utf8'));
    this.#units.set(file, unit);
    return unit.declarations;
  }

  /**
   * Resolves a type name within another type: a nested or enclosing type, an imported one, one of its package,
   * or the only one of this name.
   *
   * @param {string} name
   * @param {Declaration} from
   * @returns {Declaration | undefined}
   */
  find(name, from) {
    const [first = '', ...rest] = name.split('.').filter((part) => /^[A-Z]/.test(part));
    const found = this.#first(first, from);
    return rest.reduce(
      (/** @type {Declaration | undefined} */ one, part) => one?.nested.find((inner) => inner.name === part),
      found,
    );
  }

  /** @param {string} name @param {Declaration} from @returns {Declaration | undefined} */
  #first(name, from) {
    for (let around = /** @type {Declaration | null} */ (from); around !== null; around = around.outer) {
      const inner = around.name === name ? around : around.nested.find((one) => one.name === name);
      if (inner !== undefined) return inner;
    }
    const own = from.unit.declarations.find((one) => one.name === name);
    const imported =
      from.unit.imports.find((one) => !one.isStatic && one.name.endsWith(`.${name}`))?.name.split('.') ?? [];
    const outer = imported.at(-2) ?? '';
    if (/^[A-Z]/.test(outer))
      return this.#named(outer, imported.slice(0, -2), from)?.nested.find((one) => one.name === name);
    return own ?? this.#named(name, imported.slice(0, -1), from);
  }

  /** @param {string} name @param {string[]} packages of an import @param {Declaration} from */
  #named(name, packages, from) {
    const all = (this.#files.get(name) ?? []).flatMap((file) => this.#unit(file)).filter((one) => one.name === name);
    const wanted = packages.length > 0 ? packages.join('.') : from.unit.package;
    return (
      all.find((one) => one.unit.package === wanted) ?? (packages.length === 0 && all.length === 1 ? all[0] : undefined)
    );
  }

  /**
   * Evaluates an expression: a text, number or boolean, a list, an annotation, or a name.
   *
   * @param {readonly Token[]} tokens
   * @param {Declaration} from where the expression is
   * @returns {Value}
   */
  valueOf(tokens, from) {
    const [first, ...rest] = tokens;
    if (first === undefined) return undefined;
    if (first.kind === 'mark' && first.value === '{') {
      return parted(rest.slice(0, -1), ',').map((part) => this.valueOf(part, from));
    }
    if (first.kind === 'mark' && first.value === '@') return annotationOf(tokens);
    const terms = parted(tokens, '+').map((term) => this.#term(term, from));
    return terms.length === 1 ? terms[0] : terms.map(String).join('');
  }

  /** @param {readonly Token[]} tokens @param {Declaration} from @returns {Value} */
  #term(tokens, from) {
    const [first, ...rest] = tokens;
    if (first === undefined) return undefined;
    if (rest.length === 0 && first.kind === 'text') return first.value;
    if (rest.length === 0 && first.kind === 'number')
      return Number(first.value.replaceAll('_', '').replace(/[lLfFdD]$/, ''));
    if (rest.length === 0 && (first.value === 'true' || first.value === 'false')) return first.value === 'true';
    const name = tokens.map(({ value }) => value).join('');
    return /^[\w.]+$/.test(name) ? this.#constant(name, from) : undefined;
  }

  /**
   * Returns the value of a constant, or the name itself if its library isn't known.
   *
   * @param {string} name
   * @param {Declaration} from
   * @returns {Value}
   */
  #constant(name, from) {
    const own = name.slice(name.lastIndexOf('.') + 1);
    const imported = from.unit.imports.find((one) => one.isStatic && one.name.endsWith(`.${own}`));
    const owners =
      name === own
        ? [...around(from), ...(imported ? [this.find(imported.name.slice(0, -own.length - 1), from)] : [])]
        : [this.find(name.slice(0, -own.length - 1), from)];
    for (const owner of owners) {
      const field = owner?.fields.find((one) => one.name === own && one.value.length > 0);
      if (owner !== undefined && field !== undefined) return this.valueOf(field.value, owner);
    }
    return imported?.name ?? name;
  }
}

/** @param {Declaration} from */
function around(from) {
  const all = [from];
  for (let one = from.outer; one !== null; one = one.outer) all.push(one);
  return all;
}

/** An annotation within an annotation. @param {readonly Token[]} tokens @returns {Annotation} */
function annotationOf(tokens) {
  const [inner] = unitOf(`${tokens.map(written).join(' ')} class A {}`).declarations;
  return /** @type {Annotation} */ (inner?.annotations[0]);
}

/** @param {Token} token */
function written({ kind, value }) {
  return kind === 'text' ? JSON.stringify(value) : value;
}

/**
 * Splits tokens at a mark outside brackets.
 *
 * @param {readonly Token[]} tokens
 * @param {string} mark
 */
function parted(tokens, mark) {
  /** @type {Token[][]} */
  const parts = [[]];
  let depth = 0;
  for (const token of tokens) {
    const isMark = token.kind === 'mark';
    if (isMark && depth === 0 && token.value === mark) parts.push([]);
    else parts.at(-1)?.push(token);
    if (isMark && '({['.includes(token.value)) depth += 1;
    if (isMark && ')}]'.includes(token.value)) depth -= 1;
  }
  return parts.filter((part) => part.length > 0);
}
