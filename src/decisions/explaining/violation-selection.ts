import { isRecord } from '../../lib/members.ts';
import { isChoice, type Schema, type Violation } from './validation.ts';

type Violations = readonly [Violation, ...Violation[]];

/**
 * Selects the violations to report: an unknown member before a missing one, which it probably is, misspelled; and one
 * within the only alternative that fits before the list of all.
 * @param violations in ajv's order
 */
export function selectViolations(violations: Violations): Violations {
  const [first] = violations;
  const choice = violations.find(
    ({ keyword, instancePath }) => isChoice(keyword) && first.instancePath.startsWith(instancePath),
  );
  return (choice && selectWithinChoice(choice, violations)) ?? findUnknownBeforeMissing(first) ?? violations;
}

function selectWithinChoice(choice: Violation, violations: Violations): Violations | undefined {
  const { parentSchema: { anyOf, oneOf } = {}, data, schemaPath = '' } = choice;
  const schemas = anyOf ?? oneOf ?? [];
  const ofType = schemas.filter((schema) => isOfType(data, schema));
  const named = ofType.filter(({ required = [] }) =>
    required.every((name) => isRecord(data) && Object.hasOwn(data, name)),
  );
  const possible = named.length === 1 ? named : ofType;
  const [only] = possible;
  if (only !== undefined && possible.length === 1) {
    const prefix = `${schemaPath}/${schemas.indexOf(only)}/`;
    const [first, ...others] = violations.filter((violation) => violation.schemaPath?.startsWith(prefix));
    if (first === undefined || !isAboutMembers(first, choice)) return undefined;
    return selectViolations([first, ...others]);
  }
  const isClosed = possible.length > 0 && possible.every(({ additionalProperties }) => additionalProperties === false);
  if (!isClosed) return undefined;
  const properties = Object.assign({}, ...possible.map((schema) => schema.properties ?? {}));
  return findUnknownMember(choice, { properties });
}

function isAboutMembers({ keyword, instancePath }: Violation, choice: Violation): boolean {
  return instancePath !== choice.instancePath || keyword === 'required' || keyword === 'additionalProperties';
}

function findUnknownBeforeMissing(first: Violation): Violations | undefined {
  const { keyword, parentSchema } = first;
  return keyword === 'required' && parentSchema?.additionalProperties === false
    ? findUnknownMember(first, parentSchema)
    : undefined;
}

function findUnknownMember({ instancePath, data }: Violation, schema: Schema): Violations | undefined {
  if (!isRecord(data)) return undefined;
  const unknown = Object.keys(data).find((name) => !Object.hasOwn(schema.properties ?? {}, name));
  if (unknown === undefined) return undefined;
  const params = { additionalProperty: unknown };
  return [{ keyword: 'additionalProperties', instancePath, params, parentSchema: schema, data }];
}

function isOfType(data: unknown, { type }: Schema): boolean {
  if (Array.isArray(data)) return type === 'array';
  return type === typeof data && data !== null;
}
