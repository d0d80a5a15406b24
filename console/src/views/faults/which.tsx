import { choose, chosen } from '../../address.ts';
import type { FaultMatch } from '../../control-api/types.ts';
import { serviceTitle } from '../../parts/service.ts';
import type { NamedOperation } from '../../state/rulesets.ts';
import type { FieldError, Match } from './draft.ts';
import { createOptions, Field } from './field.tsx';

/** How the requests of a fault are chosen. */
export type Kind = 'tokens' | 'operation' | 'all';

const KINDS: readonly (readonly [kind: Kind, label: string])[] = [
  ['tokens', 'Next token request'],
  ['operation', 'One operation'],
  ['all', 'Every request'],
];

/** The operations that issue tokens, in all services and versions. */
const TOKEN_OPERATIONS: readonly string[] = [
  'grant_token',
  'grant_token_v2',
  'grant_realm_token',
  'app_token',
  'exchange_code',
  'refresh_token',
  'getToken',
  'createAdminToken',
  'createInvocationToken',
  'createVersionInvocationToken',
  'createMultiFunctionInvocationToken',
];

/** The chosen requests, from the address. */
export interface RequestChoice {
  readonly kind: Kind;
  /** Empty for any. */
  readonly service: string;
  /** Undefined until one is chosen. */
  readonly operation: string | undefined;
}

/** @param all null until loaded */
export function readChoice(
  address: Readonly<Record<string, string>>,
  all: readonly NamedOperation[] | null,
): RequestChoice {
  const { which, service = '', operation } = address;
  if (operation === undefined && which !== 'operation') {
    return { kind: which === 'all' || service !== '' ? 'all' : 'tokens', service, operation };
  }
  const found = all?.find((one) => one.id === operation && (service === '' || one.service === service));
  return { kind: 'operation', service: found?.service ?? service, operation };
}

/** Returns the `match` of a fault for these requests; null if the operation is not chosen yet. */
export function toMatch(
  { kind, service, operation }: RequestChoice,
  all: readonly NamedOperation[] | null,
): Match | null {
  if (kind === 'tokens') return { operations: findTokenOperations(all) };
  if (kind === 'all') return service === '' ? {} : { service };
  if (operation === undefined) return null;
  const isUnique = all?.filter(({ id }) => id === operation).length === 1;
  return isUnique || service === '' ? { operation } : { service, operation };
}

function findTokenOperations(all: readonly NamedOperation[] | null, service = ''): readonly string[] {
  const matching = all?.filter((one) => service === '' || one.service === service);
  return TOKEN_OPERATIONS.filter((name) => matching?.some(({ id }) => id === name) !== false);
}

/** Form fields that choose the requests of a fault. The choice is in the address. */
export function ChooseRequests(props: {
  readonly which: RequestChoice;
  readonly all: readonly NamedOperation[];
  readonly wrong: FieldError | null;
  /** Called when the kind changes. */
  readonly changed: (kind: Kind) => void;
}) {
  const { which, all, wrong, changed } = props;
  const { kind, service, operation } = which;
  const services = [...new Set(all.map((one) => one.service))];
  const change = (edit: Readonly<Record<string, string | undefined>>) => choose({ make: 'yes', ...edit }, false);
  return (
    <fieldset class="which-requests">
      <legend>Which requests</legend>
      <div>
        {KINDS.map(([name, label]) => (
          <label key={name} class="tick">
            <input
              type="radio"
              name="which"
              checked={kind === name}
              onChange={() => {
                change({ which: name, operation: undefined, ...(name === 'tokens' && { service: undefined }) });
                changed(name);
              }}
            />
            {label}
          </label>
        ))}
      </div>
      {kind === 'tokens' ? (
        all.length > 0 && <p class="quiet">{describeTokenServices(all)}</p>
      ) : (
        <Field
          name="service"
          label="Service"
          wrong={wrong}
          tag="select"
          value={chosen.value['service'] ?? ''}
          onChange={({ currentTarget: { value } }) => change({ which: kind, service: value, operation: undefined })}
        >
          {createOptions(
            'any',
            services.map((name) => [name, serviceTitle(name)]),
          )}
        </Field>
      )}
      {kind === 'operation' && (
        <Field
          name="operation"
          label="Operation"
          wrong={wrong}
          tag="select"
          value={operation === undefined ? '' : formatOption({ service, id: operation })}
          onChange={({ currentTarget: { value } }) => {
            const [of, id] = value.split('/');
            change({ which: kind, service: of, operation: id });
          }}
        >
          <option value="">Choose an operation</option>
          {operation !== undefined && !all.some((one) => one.service === service && one.id === operation) && (
            <option value={formatOption({ service, id: operation })}>{operation}</option>
          )}
          {services
            .filter((name) => [name, ''].includes(chosen.value['service'] ?? ''))
            .map((name) => (
              <optgroup key={name} label={serviceTitle(name)}>
                {all
                  .filter((one) => one.service === name)
                  .map((one) => (
                    <option key={one.id} value={formatOption(one)}>
                      {one.title}
                    </option>
                  ))}
              </optgroup>
            ))}
        </Field>
      )}
    </fieldset>
  );
}

function formatOption({ service, id }: Pick<NamedOperation, 'service' | 'id'>): string {
  return `${service}/${id}`;
}

/** Describes the services that issue tokens. */
function describeTokenServices(all: readonly NamedOperation[]): string {
  const matching = all.filter(({ id }) => TOKEN_OPERATIONS.includes(id));
  const services = [...new Set(matching.map(({ service }) => serviceTitle(service)))];
  return `The ${matching.length} endpoints that issue tokens: ${services.join(', ')}.`;
}

/** Describes the operations of a fault. */
export function describeOperations(match: FaultMatch, all: readonly NamedOperation[]): string | null {
  const { service, operation, operations } = match;
  const titleOf = (name: string) =>
    all.find(({ id, service: own }) => id === name && (service === undefined || own === service))?.title ?? name;
  if (operations === undefined) return operation === undefined ? null : titleOf(operation);
  const names: readonly string[] = operations;
  const areTokenRequests = findTokenOperations(all, service).every((name) => names.includes(name));
  return areTokenRequests ? 'token requests' : `one of ${names.map(titleOf).join(', ')}`;
}
