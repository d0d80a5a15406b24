// @ts-check
import { mapped } from './handler-checks.mjs';

/** A placeholder for enum values: `services`, `keyed` (services with NGC keys), `products` or `reservedWorldIds`. */
const MARK = 'x-enum-of';
/** On the security scheme of NGC keys: the service's name in key policies. */
const PRODUCT = 'x-product';
/** The service's name in key requests, if it differs. */
const KEY_SERVICE = 'x-key-service';

/**
 * Fills in the enums whose values have another source: the existing documents, so that a new service appears in all of
 * them, and the code.
 *
 * @param {[name: string, document: any][]} documents
 * @param {readonly string[]} reservedWorldIds
 * @returns {[name: string, document: any][]}
 */
export function withEnums(documents, reservedWorldIds) {
  const named = documents.filter(([name]) => name !== 'control').sort(([one], [other]) => (one < other ? -1 : 1));
  const keyed = named.flatMap(([name, { components }]) => {
    const { [PRODUCT]: product, [KEY_SERVICE]: service = name } = components?.securitySchemes?.ngcKey ?? {};
    return product === undefined ? [] : [{ service, product }];
  });
  /** @type {[mark: string, values: readonly string[]][]} */
  const enums = [
    ['services', named.map(([name]) => name)],
    ['keyed', keyed.map(({ service }) => service).sort()],
    ['products', keyed.map(({ product }) => product)],
    ['reservedWorldIds', reservedWorldIds],
  ];
  const values = new Map(enums);
  const filled = (/** @type {any} */ { [MARK]: mark, [PRODUCT]: _, [KEY_SERVICE]: __, ...rest }) =>
    mark === undefined ? rest : { ...rest, enum: values.get(mark) };
  return documents.map(([name, document]) => [name, mapped(document, filled)]);
}
