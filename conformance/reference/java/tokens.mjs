// @ts-check

/**
 * A token of a Java source: a name or keyword, a text, a number, or a mark such as `{`.
 *
 * @typedef {{ kind: 'name' | 'text' | 'number' | 'mark', value: string }} Token
 */

/** In order: comments and space, text blocks, texts, characters, names, numbers, marks. */
const FORMS =
  /(\s+|\/\/[^\n]*|\/\*.*?\*\/)|"""[^\n]*\n(.*?)"""|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)+)'|([A-Za-z_$][\w$]*)|(\d[\w.]*)|(.)/gsy;

/** @type {Readonly<Record<string, string>>} */
const ESCAPES = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', s: ' ', 0: '\0' };

/**
 * Returns the tokens of a source, without comments.
 *
 * @param {string} source
 * @returns {Token[]}
 */
export function tokensOf(source) {
  /** @type {Token[]} */
  const tokens = [];
  for (const [, skipped, block, text, character, name, number, mark = ''] of source.matchAll(FORMS)) {
    if (skipped !== undefined) continue;
    const written = block ?? text ?? character;
    if (written !== undefined) tokens.push({ kind: 'text', value: unescaped(written) });
    else if (name !== undefined) tokens.push({ kind: 'name', value: name });
    else if (number !== undefined) tokens.push({ kind: 'number', value: number });
    else tokens.push({ kind: 'mark', value: mark });
  }
  return tokens;
}

/** @param {string} text */
function unescaped(text) {
  return text.replace(/\\(?:u+([0-9a-fA-F]{4})|(.))/gs, (_, code, letter) =>
    code === undefined ? (ESCAPES[letter] ?? letter) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
