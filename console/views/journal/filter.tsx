import { useEffect, useState } from 'preact/hooks';
import { choose, chosen } from '../../address.ts';
import { readValue, useLoaded } from '../../parts/loaded.tsx';
import { serviceTitle } from '../../parts/service.ts';
import { operationsOf, readServices } from '../../state/rulesets.ts';

/** What the journal can be narrowed to, by the names that the control API has for it. */
const FIELDS = ['service', 'operation', 'path', 'status', 'principal', 'method', 'reason', 'since'] as const;
type FieldName = (typeof FIELDS)[number];

/** Those that are shown without being asked for. */
const USUAL = 5;

export type JournalFilter = Readonly<Partial<Record<FieldName, string>>>;

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

/** Texts that are typed: what they are called, and an example. */
const TEXTS: Readonly<Partial<Record<FieldName, readonly [label: string, example: string]>>> = {
  operation: ['Operation', 'createFunction'],
  path: ['Path', '/v2/nvcf/functions/{id}'],
  status: ['Status', '403'],
  principal: ['Caller', 'admin@acme.test'],
  reason: ['Reason', 'missing_scope'],
  since: ['After', 'a time, or a request id'],
};

/** Narrows the journal, in one row that grows: those in use are always shown. A text counts when it is left, or with Enter. */
export function Filter() {
  const now = chosen.value;
  const service = now['service'] ?? '';
  const services = useLoaded(readServices, []);
  const operations = useLoaded(() => operationsOf(service), [service]);
  const [hasAll, setAll] = useState(false);
  const known = readValue(services, []);
  const ids = readValue(operations, []);
  const shown = FIELDS.filter((name, index) => hasAll || index < USUAL || now[name] !== undefined);
  return (
    <search aria-label="Which requests">
      <form class="order fields" onSubmit={(event) => event.preventDefault()}>
        {shown.map((name) => {
          if (name === 'service')
            return <Choice key={name} name={name} label="Service" values={known} text={serviceTitle} />;
          if (name === 'method') return <Choice key={name} name={name} label="Method" values={METHODS} />;
          const [label = '', example = ''] = TEXTS[name] ?? [];
          return <Text key={name} name={name} label={label} placeholder={example} />;
        })}
        <datalist id="journal-operations">
          {ids.map((id) => (
            <option key={id} value={id} />
          ))}
        </datalist>
        <button type="button" aria-expanded={hasAll} onClick={() => setAll(!hasAll)}>
          {hasAll ? 'Fewer filters' : 'More filters'}
        </button>
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
  readonly name: FieldName;
  readonly label: string;
}

function Choice(props: Field & { readonly values: readonly string[]; readonly text?: (value: string) => string }) {
  const { name, label, values, text = (value: string) => value } = props;
  const now = chosen.value[name] ?? '';
  return (
    <label>
      {label}
      <select value={now} onChange={(event) => choose({ [name]: event.currentTarget.value })}>
        <option value="">any</option>
        {[...values, ...(now === '' || values.includes(now) ? [] : [now])].map((value) => (
          <option key={value} value={value}>
            {text(value)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What is typed is kept here until it counts. */
function Text({ name, label, placeholder }: Field & { readonly placeholder: string }) {
  const now = chosen.value[name] ?? '';
  const [typed, setTyped] = useState(now);
  useEffect(() => setTyped(now), [now]);
  return (
    <label>
      {label}
      <input
        // The key `/` goes to the first search field of a view.
        type={name === 'path' ? 'search' : 'text'}
        placeholder={placeholder}
        list={name === 'operation' ? 'journal-operations' : undefined}
        autocomplete="off"
        spellcheck={false}
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onChange={() => choose({ [name]: typed.trim() })}
      />
    </label>
  );
}
