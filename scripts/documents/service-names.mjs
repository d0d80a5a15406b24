// @ts-check
import { mapped } from './handler-checks.mjs';

/** Stands for the values of an enumeration: `services`, `keyed` (those that keys are made for), or `products`. */
const MARK = 'x-enum-of';
/** On the scheme of NGC keys: the name of the service in the policies of keys. */
const PRODUCT = 'x-product';
/** The same, for a service whose keys call it by another name. */
const KEY_SERVICE = 'x-key-service';

/**
 * Documents whose enumerations of services have the services that have a document, so that a new one is in all of them.
 *
 * @param {[name: string, document: any][]} documents
 * @returns {[name: string, document: any][]}
 */
export function withServiceNames(documents) {
  const named = documents.filter(([name]) => name !== 'control').sort(([one], [other]) => (one < other ? -1 : 1));
  const keyed = named.flatMap(([name, { components }]) => {
    const { [PRODUCT]: product, [KEY_SERVICE]: service = name } = components?.securitySchemes?.ngcKey ?? {};
    return product === undefined ? [] : [{ service, product }];
  });
  const values = new Map([
    ['services', named.map(([name]) => name)],
    ['keyed', keyed.map(({ service }) => service).sort()],
    ['products', keyed.map(({ product }) => product)],
  ]);
  const filled = (/** @type {any} */ { [MARK]: mark, [PRODUCT]: _, [KEY_SERVICE]: __, ...rest }) =>
    mark === undefined ? rest : { ...rest, enum: values.get(mark) };
  return documents.map(([name, document]) => [name, mapped(document, filled)]);
}
