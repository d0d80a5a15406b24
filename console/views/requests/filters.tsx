import { choose, chosen } from '../../address.ts';
import { Search } from '../../parts/search.tsx';
import { FILTERS, fitting, isPaused, keptBack, requests, resume, valuesOf } from '../../state/requests.ts';

const CHOICES = ['service', 'status', 'principal', 'reason'] as const;

/** Narrows the list, and stops it. */
export function Filters() {
  const now = chosen.value;
  const isNarrowed = FILTERS.some((name) => now[name]);
  return (
    <search class="filters" aria-label="Narrow the list">
      {CHOICES.map((name) => (
        <label key={name}>
          <span class="unseen">{name}</span>
          <select value={now[name] ?? ''} onChange={(event) => choose({ [name]: event.currentTarget.value }, false)}>
            <option value="">any {name}</option>
            {name === 'status' && ['2xx', '4xx', '5xx'].map((status) => <option key={status}>{status}</option>)}
            {withChosen(valuesOf(name), now[name]).map((value) => (
              <option key={value}>{value}</option>
            ))}
          </select>
        </label>
      ))}
      <Search
        label="text"
        placeholder="path, operation …"
        value={chosen.value['text']}
        change={(text) => choose({ text }, false)}
      />
      {isNarrowed && (
        <button type="button" onClick={() => choose(Object.fromEntries(FILTERS.map((name) => [name, undefined])))}>
          Show all
        </button>
      )}
      <button
        type="button"
        aria-pressed={isPaused.value}
        onClick={() => {
          if (isPaused.value) resume();
          else isPaused.value = true;
        }}
      >
        {isPaused.value ? `Go on (${keptBack.value.length} new)` : 'Pause'}
      </button>
      <output class="quiet">
        {fitting.value.length} of {requests.value.length}
      </output>
    </search>
  );
}

/** What is in the address can be chosen although no request has it yet. */
function withChosen(values: readonly string[], now: string | undefined): readonly string[] {
  return now === undefined || now === '' || values.includes(now) || now.endsWith('xx') ? values : [...values, now];
}
