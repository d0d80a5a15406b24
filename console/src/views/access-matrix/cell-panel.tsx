import { useState } from 'preact/hooks';
import { addressOfView, choose } from '../../address.ts';
import { ask } from '../../control-api/client.ts';
import type { Decision } from '../../control-api/types.ts';
import { describeCertainty } from '../../parts/certainty.ts';
import { Facts } from '../../parts/facts.tsx';
import { handleValue } from '../../parts/handlers.ts';
import { describeError, useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Rights } from '../../parts/rights.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { readDocumentedRequest } from '../../state/documents.ts';
import { describeOperationNeeds, type Ruleset } from '../../state/rulesets.ts';
import type { Cell, Column, ColumnKind, Row } from './matrix.ts';
import { OperationLinks } from './operation-panel.tsx';

interface CellPanelProps {
  readonly ruleset: Ruleset;
  readonly row: Row;
  readonly column: Column;
  readonly cell: Cell;
  readonly columnKind: ColumnKind;
}

/** The details of a cell: the requirement, its source, and a form that simulates a request. */
export function CellPanel(props: CellPanelProps) {
  const { ruleset, row, column, cell, columnKind } = props;
  const { operation, rule } = row;
  // Run:ai grants rights only through roles, so no caller has a single right.
  const canSimulate = columnKind !== 'rights' || ruleset.product !== undefined;
  const grantingRoles = columnKind === 'rights' ? ruleset.roles.filter(({ grants }) => grants.includes(column.id)) : [];
  return (
    <Panel label="Cell" onClose={() => choose({ cell: undefined }, false)}>
      <h2>{cell.name}</h2>
      {cell.sign === 'deny' && <p class="verdict deny">{cell.text}</p>}
      <Facts
        facts={[
          ['Rule', rule?.label ?? 'open to all callers'],
          ['Needs', <Sentence key="needs" text={describeOperationNeeds(ruleset, operation).text} />],
          ['Certainty', describeCertainty(cell.certainty)],
          ['Source', cell.source],
        ]}
      />
      {grantingRoles.length > 0 && (
        <>
          <h3>Roles that grant {column.title}</h3>
          <Rights ids={grantingRoles.map(({ name }) => name)} />
        </>
      )}
      <div class="bar">
        {columnKind === 'everybody' && (
          <a class="button" href={addressOfView('identities', { who: column.id })}>
            Who is {column.title}?
          </a>
        )}
        <OperationLinks service={ruleset.service} operation={operation.id} />
      </div>
      {canSimulate && <SimulationForm ruleset={ruleset} row={row} caller={createCaller(props)} />}
    </Panel>
  );
}

/** Returns the caller to simulate. A scope gets a resource that its rule accepts, so that only the scope decides. */
function createCaller({ ruleset, row, column, columnKind }: CellPanelProps): object {
  if (columnKind !== 'rights') return column.caller;
  const onlyOn = ruleset.grants.find(({ id }) => id === column.id)?.onlyOn;
  const type = ruleset.resourceTypes?.find(
    ({ id, names }) => names === null && (row.rule?.on?.includes(id) ?? true) && (onlyOn?.includes(id) ?? true),
  );
  return { holding: { scopes: [column.id], ...(type !== undefined && { resource: { type: type.label } }) } };
}

/** A form that simulates a request without sending it. */
function SimulationForm(props: { readonly ruleset: Ruleset; readonly row: Row; readonly caller: object }) {
  const { ruleset, row, caller } = props;
  const loaded = useLoaded(() => readDocumentedRequest(ruleset.service, row.operation.id), []);
  return (
    <WhenLoaded loaded={loaded}>
      {(request) => request !== null && <Simulation method={request.method} template={request.path} caller={caller} />}
    </WhenLoaded>
  );
}

type SimulationResult = Decision | { readonly error: string };

/** The form and its result. @param props.template the initial path, with its parameters in braces */
function Simulation(props: { readonly method: string; readonly template: string; readonly caller: object }) {
  const { method, template, caller } = props;
  const [path, setPath] = useState(template);
  const [result, setResult] = useState<SimulationResult | null>(null);
  const simulate = async (event: Event) => {
    event.preventDefault();
    const request = ask<Decision>('POST', '/_mock/decisions/simulate', { ...caller, method, path });
    setResult(await request.catch((error: unknown) => ({ error: describeError(error) })));
  };
  return (
    <>
      <h3>What would be decided?</h3>
      <form class="order" onSubmit={simulate}>
        <label class="grow">
          {method}
          <input required maxLength={4096} value={path} onInput={handleValue(setPath)} />
        </label>
        <button type="submit">Ask</button>
      </form>
      <div role="status">{result !== null && <SimulationText result={result} />}</div>
    </>
  );
}

function SimulationText({ result }: { readonly result: SimulationResult }) {
  if ('error' in result) return <p class="fault">{result.error}</p>;
  return (
    <>
      <p class={`verdict ${result.effect}`}>
        <strong>{result.effect === 'allow' ? 'Allowed' : 'Refused'}</strong> <Sentence text={result.explanation} />
      </p>
      <ul class="plain">
        {result.fixes.map(({ text }) => (
          <li key={text}>
            <Sentence text={text} />
          </li>
        ))}
      </ul>
    </>
  );
}
