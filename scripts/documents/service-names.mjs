// @ts-check
import { mapped } from './handler-checks.mjs';

/** A placeholder for enum values: `services`, `keyed` (services with NGC keys), or `products`. */
const MARK = 'x-enum-of';
/** On the security scheme of NGC keys: the service's name in key policies. */
const PRODUCT = 'x-product';
/** The service's name in key requests, if it differs. */
const KEY_SERVICE = 'x-key-service';

/**
 * Fills in all enums of services from the existing documents, so that a new service appears in all of them.
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
