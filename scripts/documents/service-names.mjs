// @ts-check
import { mapped } from './handler-checks.mjs';

/** Stands for the values of an enumeration: `services`, `keyed` (those with a product), or `products`. */
const MARK = 'x-enum-of';
/** On the scheme of NGC keys: the name of the service in the policies of keys. */
const PRODUCT = 'x-product';

/**
 * Documents whose enumerations of services have the services that have a document, so that a new one is in all of them.
 *
 * @param {[name: string, document: any][]} documents
 * @returns {[name: string, document: any][]}
 */
export function withServiceNames(documents) {
  const named = documents.filter(([name]) => name !== 'control').sort(([one], [other]) => (one < other ? -1 : 1));
  const keyed = named.flatMap(([name, { components }]) => {
    const product = components?.securitySchemes?.ngcKey?.[PRODUCT];
    return product === undefined ? [] : [{ name, product }];
  });
  const values = new Map([
    ['services', named.map(([name]) => name)],
    ['keyed', keyed.map(({ name }) => name)],
    ['products', keyed.map(({ product }) => product)],
  ]);
  const filled = (/** @type {any} */ { [MARK]: mark, [PRODUCT]: _, ...rest }) =>
    mark === undefined ? rest : { ...rest, enum: values.get(mark) };
  return documents.map(([name, document]) => [name, mapped(document, filled)]);
}
