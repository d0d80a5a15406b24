// @ts-check
import { readFile, stat } from 'node:fs/promises';
import { parse } from 'yaml';
import { parseOpenApi, UserError } from '../../conformance/reference/comparison.mjs';

/** The maximum size of a document, in bytes. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Reads a vendor's document.
 *
 * @param {string} file
 * @throws {UserError}
 */
export async function readSpec(file) {
  const document = parsed(await textOf(file), file);
  if (parseOpenApi(document, file).hasSiblings)
    throw new UserError(`${file} has OpenAPI version ${document.openapi}. Convert it to OpenAPI 3.0 first.`);
  return document;
}

/** @param {string} file */
async function textOf(file) {
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) throw new UserError(`${file} has ${size} bytes. The maximum is ${MAX_BYTES}.`);
    return await readFile(file, 'utf8');
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    throw new UserError(`${file} cannot be read: ${/** @type {NodeJS.ErrnoException} */ (thrown).code}.`);
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
    throw new UserError(`${file} is neither JSON nor YAML: ${line}`);
  }
}
