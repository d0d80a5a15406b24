import { useLayoutEffect } from 'preact/hooks';
import { addressOfView, choices, choose, go } from '../../address.ts';
import { FilterSelect, Search } from '../../parts/form.tsx';
import { readValue, useQuery, WhenLoaded } from '../../parts/loaded.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Name } from '../../parts/rights.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { titleOfService } from '../../parts/service.ts';
import { ViewHeader } from '../../parts/view-header.tsx';
import { findOperations, type ListedOperation, readListedOperations } from '../../state/operations.ts';
import { OperationPanel } from './operation-panel.tsx';
import './operations.css';

/** All operations with what they need, and who may call one of them. */
export function Operations() {
  const loaded = useQuery(readListedOperations);
  const all = readValue(loaded, []);
  const { text, api, service, operation } = choices.value;
  const found = findOperations(all, text, api);
  const services = [...new Set(all.map((listed) => listed.service))];
  const filters = { text, api };
  // Before it is drawn, so that nothing moves.
  useLayoutEffect(
    () => document.querySelector('.entries [aria-current]')?.scrollIntoView({ block: 'nearest' }),
    [loaded === null, operation],
  );
  return (
    <div class={operation === undefined ? 'two operations' : 'two operations opened'}>
      <ViewHeader title="Operations" count={all.length === 0 ? undefined : found.length} total={all.length} />
      <search class="bar one-row">
        <Search
          label="Search"
          placeholder="operation, path, scope …"
          value={text}
          change={(query) => choose({ text: query }, false)}
        />
        <FilterSelect
          label="API"
          anyLabel="any API"
          value={api}
          values={services}
          titleOf={titleOfService}
          change={(value) => choose({ api: value }, false)}
        />
      </search>
      <section class="first" aria-label="All operations">
        <WhenLoaded loaded={loaded}>
          {() => (
            <div class="entries" tabIndex={-1}>
              {services.map((name) => (
                <Service key={name} name={name} operations={found.filter((listed) => listed.service === name)} />
              ))}
              {found.length === 0 && <p class="nothing">No operation matches.</p>}
            </div>
          )}
        </WhenLoaded>
      </section>
      {operation !== undefined && (
        <Panel
          key={`${service} ${operation}`}
          label="Operation"
          onClose={() => go(addressOfView('operations', filters))}
        >
          <WhenLoaded loaded={loaded}>
            {() => (
              <OperationPanel
                name={operation}
                listed={all.find((listed) => listed.service === service && listed.id === operation)}
              />
            )}
          </WhenLoaded>
        </Panel>
      )}
    </div>
  );
}

function Service({ name, operations }: { readonly name: string; readonly operations: readonly ListedOperation[] }) {
  const { text, api, service, operation } = choices.value;
  if (operations.length === 0) return null;
  return (
    <section aria-label={titleOfService(name)}>
      <h2>
        {titleOfService(name)} <span class="count">{operations.length}</span>
      </h2>
      <ul>
        {operations.map(({ id, needs }) => (
          <li key={id}>
            <a
              data-entry
              href={addressOfView('operations', { text, api, service: name, operation: id })}
              aria-current={service === name && operation === id ? 'true' : undefined}
            >
              <strong>
                <Name text={id} />
              </strong>
              <span class="holds">
                <Sentence text={needs} />
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
