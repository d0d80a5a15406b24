import { choices, choose } from '../../address.ts';
import type { FaultMatch } from '../../control-api/types.ts';
import { createOptions } from '../../parts/options.tsx';
import { titleOfService } from '../../parts/service.ts';
import type { NamedOperation } from '../../state/documents.ts';
import type { DraftMatch, FieldError } from './draft.ts';
import { Field } from './field.tsx';

/** How the requests of a fault are chosen. */
export type RequestKind = 'tokens' | 'operation' | 'all';

/** The kinds of choices with their labels. */
const REQUEST_KINDS: readonly (readonly [kind: RequestKind, label: string])[] = [
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
  readonly kind: RequestKind;
  /** Empty for any. */
  readonly service: string;
  /** Undefined until one is chosen. */
  readonly operation: string | undefined;
}

/** Returns the chosen requests in the address. @param all the operations of the server */
export function readRequestChoice(
  address: Readonly<Record<string, string>>,
  all: readonly NamedOperation[],
): RequestChoice {
  const { which, service = '', operation } = address;
  if (operation === undefined && which !== 'operation') {
    return { kind: which === 'all' || service !== '' ? 'all' : 'tokens', service, operation };
  }
  const found = all.find(
    (candidate) => candidate.id === operation && (service === '' || candidate.service === service),
  );
  return { kind: 'operation', service: found?.service ?? service, operation };
}

/** Returns the `match` of a fault for these requests; null if the operation is not chosen yet. */
export function toMatch(
  { kind, service, operation }: RequestChoice,
  all: readonly NamedOperation[],
): DraftMatch | null {
  if (kind === 'tokens') return { operations: findTokenOperations(all) };
  if (kind === 'all') return service === '' ? {} : { service };
  if (operation === undefined) return null;
  const isUnique = all.filter(({ id }) => id === operation).length === 1;
  return isUnique || service === '' ? { operation } : { service, operation };
}

/** Returns the operations that issue tokens in a service, or in all. */
function findTokenOperations(all: readonly NamedOperation[], service = ''): readonly string[] {
  const matching = all.filter((candidate) => service === '' || candidate.service === service);
  return TOKEN_OPERATIONS.filter((name) => matching.some(({ id }) => id === name));
}

interface RequestFieldsProps {
  readonly choice: RequestChoice;
  readonly all: readonly NamedOperation[];
  readonly error: FieldError | null;
  readonly onKindChange: (kind: RequestKind) => void;
}

/** Form fields that choose the requests of a fault. The choice is in the address. */
export function RequestFields(props: RequestFieldsProps) {
  const { choice, all, error, onKindChange } = props;
  const { kind } = choice;
  return (
    <fieldset class="which-requests">
      <legend>Which requests</legend>
      <div>
        {REQUEST_KINDS.map(([name, label]) => (
          <label key={name} class="tick">
            <input
              type="radio"
              name="which"
              checked={kind === name}
              onChange={() => {
                changeChoice({ which: name, operation: undefined, ...(name === 'tokens' && { service: undefined }) });
                onKindChange(name);
              }}
            />
            {label}
          </label>
        ))}
      </div>
      {kind === 'tokens' ? (
        <p class="quiet">{describeTokenServices(all)}</p>
      ) : (
        <Field
          name="service"
          label="Service"
          error={error}
          tag="select"
          value={choices.value['service'] ?? ''}
          onChange={({ currentTarget: { value } }) =>
            changeChoice({ which: kind, service: value, operation: undefined })
          }
        >
          {createOptions(
            listServices(all).map((name) => [name, titleOfService(name)]),
            'any',
          )}
        </Field>
      )}
      {kind === 'operation' && <OperationField choice={choice} all={all} error={error} />}
    </fieldset>
  );
}

/** Changes the choice in the address, and keeps the form open. */
function changeChoice(change: Readonly<Record<string, string | undefined>>): void {
  choose({ make: 'yes', ...change }, false);
}

function listServices(all: readonly NamedOperation[]): readonly string[] {
  return [...new Set(all.map(({ service }) => service))];
}

/** The choice of an operation. It keeps an operation of the address that the server does not have. */
function OperationField({ choice, all, error }: Omit<RequestFieldsProps, 'onKindChange'>) {
  const { service, operation } = choice;
  const chosenService = choices.value['service'] ?? '';
  const services = listServices(all).filter((name) => chosenService === '' || name === chosenService);
  const isUnknown = !all.some((candidate) => candidate.service === service && candidate.id === operation);
  return (
    <Field
      name="operation"
      label="Operation"
      error={error}
      tag="select"
      value={operation === undefined ? '' : formatOption({ service, id: operation })}
      onChange={({ currentTarget: { value } }) => {
        const [newService, id] = value.split('/');
        changeChoice({ which: 'operation', service: newService, operation: id });
      }}
    >
      <option value="">Choose an operation</option>
      {operation !== undefined && isUnknown && (
        <option value={formatOption({ service, id: operation })}>{operation}</option>
      )}
      {services.map((name) => (
        <optgroup key={name} label={titleOfService(name)}>
          {createOptions(
            all
              .filter((candidate) => candidate.service === name)
              .map((candidate) => [formatOption(candidate), candidate.title]),
          )}
        </optgroup>
      ))}
    </Field>
  );
}

/** Returns the value of an operation's option. */
function formatOption({ service, id }: Pick<NamedOperation, 'service' | 'id'>): string {
  return `${service}/${id}`;
}

/** Describes the services that issue tokens. */
function describeTokenServices(all: readonly NamedOperation[]): string {
  const matching = all.filter(({ id }) => TOKEN_OPERATIONS.includes(id));
  const services = [...new Set(matching.map(({ service }) => titleOfService(service)))];
  return `The ${matching.length} endpoints that issue tokens: ${services.join(', ')}.`;
}

/** Describes the operations of a fault; null if it matches requests otherwise. */
export function describeOperations(match: FaultMatch, all: readonly NamedOperation[]): string | null {
  const { service, operation, operations } = match;
  const candidates = service === undefined ? all : all.filter((candidate) => candidate.service === service);
  const titleOf = (name: string) => candidates.find(({ id }) => id === name)?.title ?? name;
  if (operations === undefined) return operation === undefined ? null : titleOf(operation);
  const names: readonly string[] = operations;
  const areTokenRequests = findTokenOperations(all, service).every((name) => names.includes(name));
  return areTokenRequests ? 'token requests' : `one of ${names.map(titleOf).join(', ')}`;
}
