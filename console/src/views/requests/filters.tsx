import { choose, chosen } from '../../address.ts';
import { Popover } from '../../parts/popover.tsx';
import { Search } from '../../parts/search.tsx';
import { serviceTitle } from '../../parts/service.ts';
import { FILTERS, type ValueFilter, valuesOf } from '../../state/requests.ts';
import { isNarrow } from '../../window.ts';

const CHOICES: readonly (readonly [name: ValueFilter, title: string])[] = [
  ['service', 'Service'],
  ['status', 'Status'],
  ['principal', 'Caller'],
  ['operation', 'Operation'],
  ['reason', 'Reason'],
  ['method', 'Method'],
];

/** So many stand beside the search, where there is room. */
const BESIDE = 3;

/** Narrows the list, and groups it. */
export function Filters() {
  const now = chosen.value;
  const beside = isNarrow.value ? [] : CHOICES.slice(0, BESIDE);
  const more = CHOICES.slice(beside.length);
  const used = [...more.map(([name]) => name), 'path', 'group'].filter((name) => now[name]).length;
  return (
    <search class="filters" aria-label="Narrow the list">
      <Search label="text" placeholder="Search" value={now['text']} change={(text) => choose({ text }, false)} />
      {beside.map(([name, title]) => (
        <Choice key={name} name={name} title={title} />
      ))}
      <Popover button={used === 0 ? 'More' : `More (${used})`}>
        {() => (
          <form class="more-filters" onSubmit={(event) => event.preventDefault()}>
            {more.map(([name, title]) => (
              <Choice key={name} name={name} title={title} />
            ))}
            <Path />
            <label class="tick">
              <input
                type="checkbox"
                checked={now['group'] === 'yes'}
                onChange={({ currentTarget: { checked } }) => choose({ group: checked ? 'yes' : undefined }, false)}
              />
              Group repeated
            </label>
          </form>
        )}
      </Popover>
      {FILTERS.some((name) => now[name]) && (
        <button type="button" onClick={() => choose(Object.fromEntries(FILTERS.map((name) => [name, undefined])))}>
          Show all
        </button>
      )}
    </search>
  );
}

function Choice({ name, title }: { readonly name: ValueFilter; readonly title: string }) {
  const now = chosen.value[name];
  return (
    <label>
      <span class="unseen">{title}</span>
      <select value={now ?? ''} onChange={(event) => choose({ [name]: event.currentTarget.value }, false)}>
        <option value="">{title}</option>
        {name === 'status' && ['2xx', '4xx', '5xx'].map((status) => <option key={status}>{status}</option>)}
        {withChosen(valuesOf(name), now).map((value) => (
          <option key={value} value={value}>
            {name === 'service' ? serviceTitle(value) : value}
          </option>
        ))}
      </select>
    </label>
  );
}

function Path() {
  return (
    <label>
      <span class="unseen">Path</span>
      <input
        type="text"
        placeholder="/v2/nvcf/functions/{id}"
        autocomplete="off"
        spellcheck={false}
        value={chosen.value['path'] ?? ''}
        onChange={(event) => choose({ path: event.currentTarget.value.trim() }, false)}
      />
    </label>
  );
}

/** What is in the address can be chosen although no request has it yet. */
function withChosen(values: readonly string[], now: string | undefined): readonly string[] {
  return now === undefined || now === '' || values.includes(now) || now.endsWith('xx') ? values : [...values, now];
}
