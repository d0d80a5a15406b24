import { useEffect, useState } from 'preact/hooks';
import { choose, chosen } from '../../address.ts';
import { useLoaded } from '../../parts/loaded.tsx';
import { operationsOf, readServices } from '../../state/rulesets.ts';

/** What the journal can be narrowed to, by the names that the control API has for it. */
const FIELDS = ['service', 'operation', 'method', 'path', 'status', 'principal', 'reason', 'since'] as const;

export type JournalFilter = Readonly<Partial<Record<(typeof FIELDS)[number], string>>>;

/** What the address narrows the journal to. */
export function filterOf(choice: Readonly<Record<string, string>>): JournalFilter {
  return Object.fromEntries(FIELDS.map((name) => [name, choice[name]]).filter(([, value]) => value));
}

/** As the control API reads it, with a question mark if there is anything. */
export function queryOf(values: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(values).toString();
  return text === '' ? '' : `?${text}`;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

/** Narrows the journal. A text counts when it is left, or with Enter. */
export function Filter() {
  const now = chosen.value;
  const service = now['service'] ?? '';
  const services = useLoaded(readServices, []);
  const operations = useLoaded(() => operationsOf(service), [service]);
  const known = services !== null && 'value' in services ? services.value : [];
  const ids = operations !== null && 'value' in operations ? operations.value : [];
  return (
    <search aria-label="Which requests">
      <form class="order fields" onSubmit={(event) => event.preventDefault()}>
        <Choice name="service" label="Service" values={known} />
        <Text name="operation" label="Operation" placeholder="createFunction" list="journal-operations" />
        <datalist id="journal-operations">
          {ids.map((id) => (
            <option key={id} value={id} />
          ))}
        </datalist>
        <Choice name="method" label="Method" values={METHODS} />
        <Text name="path" label="Path" placeholder="/v2/nvcf/functions/{id}" />
        <Text name="status" label="Status" placeholder="403" />
        <Text name="principal" label="Caller" placeholder="admin@acme.test" />
        <Text name="reason" label="Reason" placeholder="missing_scope" />
        <Text name="since" label="After (time, or request id)" placeholder="2026-01-01T00:00:00Z" />
        {Object.keys(filterOf(now)).length > 0 && (
          <button type="button" onClick={() => choose(Object.fromEntries(FIELDS.map((name) => [name, undefined])))}>
            Show all
          </button>
        )}
      </form>
    </search>
  );
}

interface Field {
  readonly name: (typeof FIELDS)[number];
  readonly label: string;
}

function Choice({ name, label, values }: Field & { readonly values: readonly string[] }) {
  const now = chosen.value[name] ?? '';
  return (
    <label>
      {label}
      <select value={now} onChange={(event) => choose({ [name]: event.currentTarget.value })}>
        <option value="">any</option>
        {[...values, ...(now === '' || values.includes(now) ? [] : [now])].map((value) => (
          <option key={value}>{value}</option>
        ))}
      </select>
    </label>
  );
}

/** What is typed is kept here until it counts. */
function Text({ name, label, placeholder, list }: Field & { readonly placeholder: string; readonly list?: string }) {
  const now = chosen.value[name] ?? '';
  const [typed, setTyped] = useState(now);
  useEffect(() => setTyped(now), [now]);
  return (
    <label>
      {label}
      <input
        placeholder={placeholder}
        list={list}
        autocomplete="off"
        spellcheck={false}
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onChange={() => choose({ [name]: typed.trim() })}
      />
    </label>
  );
}
