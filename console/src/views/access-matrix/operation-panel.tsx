import { addressOfView, choose } from '../../address.ts';
import { addressOf } from '../../control-api/client.ts';
import { describeCertainty } from '../../parts/certainty.ts';
import { Facts } from '../../parts/facts.tsx';
import { readValue, useLoaded } from '../../parts/loaded.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { findDocumentPage } from '../../state/documents.ts';
import { describeOperationNeeds, type Ruleset } from '../../state/rulesets.ts';
import type { Row } from './matrix.ts';

/** The details of an operation: its needs, and their sources. */
export function OperationPanel({ ruleset, row }: { readonly ruleset: Ruleset; readonly row: Row }) {
  const { operation, rule } = row;
  const { text, evidence } = describeOperationNeeds(ruleset, operation);
  return (
    <Panel label="Operation" onClose={() => choose({ cell: undefined }, false)}>
      <h2>{operation.id}</h2>
      {rule !== null && <p class="quiet">{rule.label}</p>}
      <p>
        Needs: <Sentence text={text} />
      </p>
      <h3>Sources</h3>
      <Facts
        facts={evidence.map(({ about, certainty, source }) => [
          about,
          <>
            {describeCertainty(certainty)}
            <br />
            <span class="quiet">{source}</span>
          </>,
        ])}
      />
      <div class="bar">
        <OperationLinks service={ruleset.service} operation={operation.id} />
      </div>
    </Panel>
  );
}

/** Links to the callers of an operation, and to its documentation. */
export function OperationLinks({ service, operation }: { readonly service: string; readonly operation: string }) {
  const loaded = useLoaded(() => findDocumentPage(service, operation), [service, operation]);
  const page = readValue(loaded, null);
  return (
    <>
      <a class="button" href={addressOfView('access-matrix', { service, by: 'everybody', operation })}>
        Who may call {operation}?
      </a>
      {page !== null && (
        <a class="button" href={addressOf(page)}>
          In the API documents
        </a>
      )}
    </>
  );
}
