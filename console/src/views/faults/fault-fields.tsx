import { readValue, useLoaded, useQuery } from '../../parts/loaded.tsx';
import { createOptions } from '../../parts/options.tsx';
import { type DocumentedRequest, readDocumentedRequests } from '../../state/documents.ts';
import { readIdentities } from '../../state/identities.ts';
import { BROKEN_AT_LABELS, type FieldError, SPOILED_BODY_LABELS } from './draft.ts';
import { Field } from './field.tsx';

/** The initial status, which is also the name of its preset. */
export const DEFAULT_STATUS = '503';

/** The fields for what happens, and how often. */
export function EffectFields(props: { readonly error: FieldError | null; readonly isOneOperation: boolean }) {
  const { error, isOneOperation } = props;
  const breaks = Object.entries(BROKEN_AT_LABELS).map(([value, label]) => [value, `breaks ${label}`] as const);
  return (
    <fieldset>
      <legend>What happens</legend>
      <Field
        name="status"
        label="Status"
        error={error}
        type="number"
        min={400}
        max={599}
        defaultValue={DEFAULT_STATUS}
      />
      <Field name="retryAfter" label="Retry-After" error={error} placeholder="3, or 30s" />
      <Field name="delay" label="Delay" error={error} placeholder="2s" />
      <Field name="drop" label="Connection" error={error} tag="select">
        {createOptions(breaks, 'stays open')}
      </Field>
      <Field name="body" label="Body" error={error} tag="select">
        {createOptions(Object.entries(SPOILED_BODY_LABELS), 'unchanged')}
      </Field>
      <Field name="times" label="Times" error={error} type="number" min={1} defaultValue="1" placeholder="always" />
      <Field
        name="offDocument"
        label="Allow undocumented responses"
        error={error}
        type="checkbox"
        defaultChecked={!isOneOperation}
      />
    </fieldset>
  );
}

/** The rarely used fields, with suggestions from the document of the service and from its callers. */
export function AdvancedFields(props: {
  readonly error: FieldError | null;
  /** Empty for any. */
  readonly service: string;
  readonly operation: string | undefined;
}) {
  const { error, service, operation } = props;
  const requests = readValue(
    useLoaded(() => readSuggestions(service, operation), [service, operation]),
    [],
  );
  const identities = readValue(useQuery(readIdentities), []);
  const callers = identities.filter(({ services }) => service === '' || services.includes(service));
  return (
    <details>
      <summary>Advanced</summary>
      <fieldset>
        <Field
          name="method"
          label="Method"
          error={error}
          placeholder="POST"
          options={requests.length === 0 ? METHODS : requests.map(({ method }) => method)}
        />
        <Field
          name="path"
          label="Path"
          error={error}
          placeholder="/v2/nvcf/functions/{id}"
          options={requests.map(({ path }) => path)}
        />
        <Field
          name="principal"
          label="Caller"
          error={error}
          placeholder="admin@acme.test"
          options={callers.map(({ name }) => name)}
        />
        <Field
          name="probability"
          label="Probability"
          error={error}
          type="number"
          min={0}
          max={1}
          step="any"
          placeholder="1"
        />
        <Field name="after" label="Skip the first" error={error} type="number" min={0} placeholder="0" />
        <Field
          name="answer"
          label="Custom response"
          error={error}
          tag="textarea"
          rows={4}
          placeholder='{"status": 200, "body": {"functions": []}}'
          hint="JSON with a status, a body and, optionally, headers."
        />
        <Field name="doFirst" label="Carry out the request, then send this response" error={error} type="checkbox" />
      </fieldset>
    </details>
  );
}

/** The suggested methods without a document. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Reads the documented requests of the operation or, if it has none, of the service. */
async function readSuggestions(service: string, operation: string | undefined): Promise<readonly DocumentedRequest[]> {
  if (service === '') return [];
  const all = await readDocumentedRequests(service);
  const matching = all.filter((request) => request.operation === operation);
  return matching.length > 0 ? matching : all;
}
