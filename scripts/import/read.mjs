// @ts-check
import { readFile, stat } from 'node:fs/promises';
import { parse } from 'yaml';
import { componentOf } from './compare.mjs';

/** The largest document that is read, in bytes. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Input that cannot be used: the message is for people, in one line. */
export class Unusable extends Error {}

/**
 * A vendor's document.
 *
 * @param {string} file
 * @throws {Unusable}
 */
export async function readSpec(file) {
  const document = parsed(await textOf(file), file);
  if (
    typeof document !== 'object' ||
    document === null ||
    typeof document.paths !== 'object' ||
    document.paths === null
  ) {
    throw new Unusable(`${file} is no OpenAPI document: it has no \`paths\`.`);
  }
  if (!/^3\.0\./.test(String(document.openapi))) {
    throw new Unusable(
      `${file} has \`openapi: ${String(document.openapi).slice(0, 20)}\`; expected 3.0.x. Convert it to OpenAPI 3.0 first.`,
    );
  }
  checkReferences(document, file);
  return document;
}

/** @param {string} file */
async function textOf(file) {
  try {
    const { size } = await stat(file);
    if (size > MOST_BYTES) throw new Unusable(`${file} has ${size} bytes; at most ${MOST_BYTES} are read.`);
    return await readFile(file, 'utf8');
  } catch (thrown) {
    if (thrown instanceof Unusable) throw thrown;
    throw new Unusable(`${file} cannot be read: ${/** @type {NodeJS.ErrnoException} */ (thrown).code}.`);
  }
}

/**
 * @param {string} text JSON or YAML
 * @param {string} file
 */
function parsed(text, file) {
  try {
    return text.trimStart().startsWith('{') ? JSON.parse(text) : parse(text);
  } catch (thrown) {
    const [line] = String(/** @type {Error} */ (thrown).message).split('\n');
    throw new Unusable(`${file} is neither JSON nor YAML: ${line}`);
  }
}

/**
 * @param {any} document
 * @param {string} file
 */
function checkReferences(document, file) {
  const waiting = [document];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    if (typeof part !== 'object' || part === null) continue;
    if (typeof part.$ref === 'string') {
      try {
        componentOf(document, part.$ref);
      } catch (thrown) {
        throw new Unusable(`${file}: ${/** @type {Error} */ (thrown).message}.`);
      }
    }
    for (const value of Object.values(part)) if (value !== undefined) waiting.push(value);
  }
}
