import { useState } from 'preact/hooks';
import { addressOfView } from '../../address.ts';
import { Rights } from '../../parts/chips.tsx';
import { Copy } from '../../parts/copy.tsx';
import { textOf, useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { changed } from '../../state/changes.ts';
import { type Law, lawOf } from '../../state/law.ts';
import { quoted } from '../../state/ready-made.ts';
import { addressOf, ask } from '../../switchboard/client.ts';
import type { Decision, Fix, OperationEffect } from '../../switchboard/types.ts';

/** Why a request was refused or allowed: what its rule needs beside what its caller holds, and what would turn it. */
export function DecisionPicture({ id }: { readonly id: string }) {
  const loaded = useLoaded(async () => {
    const decision = await ask<Decision>('GET', `/_mock/decisions/${encodeURIComponent(id)}`);
    return { decision, law: decision.rule === null ? null : await lawOf(decision.service) };
  }, [id]);
  return <WhenLoaded of={loaded}>{({ decision, law }) => <Picture decision={decision} law={law} />}</WhenLoaded>;
}

function Picture({ decision, law }: { readonly decision: Decision; readonly law: Law | null }) {
  const { effect, explanation, detail, fixes, enforced } = decision;
  return (
    <section class="picture" aria-label="Decision">
      <p class={`verdict ${effect}`}>
        <strong>{effect === 'deny' ? (enforced === false ? 'Would be refused' : 'Refused') : 'Allowed'}</strong>{' '}
        <Sentence text={explanation} />
      </p>
      {detail !== undefined && (
        <p>
          <Sentence text={detail} />
        </p>
      )}
      <div class="sides">
        <Needs decision={decision} law={law} />
        <Holds decision={decision} />
      </div>
      {effect === 'deny' && <Fixes key={decision.id} decision={decision} fixes={fixes} />}
      <Facts decision={decision} />
    </section>
  );
}

function Needs({ decision, law }: { readonly decision: Decision; readonly law: Law | null }) {
  const rule = law?.rules.find(({ id }) => id === decision.rule);
  const lacking = [...(decision.missing ?? []), ...(decision.missingAnyOf ?? [])];
  if (rule === undefined) {
    return (
      <section>
        <h3>It needs</h3>
        <p class="quiet">
          {decision.rule === null ? 'It came to no rule: the caller was not accepted.' : decision.rule}
        </p>
      </section>
    );
  }
  const { needs, on, label, source, certainty } = rule;
  const types = on?.map((id) => law?.resourceTypes?.find((type) => type.id === id)?.label ?? id);
  return (
    <section>
      <h3>It needs</h3>
      {needs.all !== undefined && <Rights ids={needs.all} lacking={lacking} />}
      {needs.any !== undefined && (
        <>
          <p>one of</p>
          <Rights ids={needs.any} lacking={lacking} />
        </>
      )}
      {needs.all === undefined && needs.any === undefined && <p class="quiet">no {law?.term}</p>}
      {types !== undefined && <p>bound to {types.join(', ')}</p>}
      {decision.target !== undefined && (
        <p>
          for <span class="long">{decision.target}</span>
        </p>
      )}
      <p class="quiet">
        “{label}”: {source} ({certainty})
      </p>
    </section>
  );
}

function Holds({ decision }: { readonly decision: Decision }) {
  const { principal, claimed, held, roles, boundTo, accepted, policyVersion } = decision;
  const who = principal ?? claimed;
  return (
    <section>
      <h3>{who === undefined || who === null ? 'Nobody is known to have sent it' : `${who.name} has`}</h3>
      {held !== undefined && <Rights ids={held} />}
      {roles !== undefined && roles.length > 0 && <p>by the roles {roles.join(', ')}</p>}
      {boundTo !== undefined && <p>bound to {boundTo}</p>}
      {accepted !== undefined && <p class="quiet">accepted: {accepted.join(', ')}</p>}
      {who && (
        <p class="quiet">
          {who.kind}, <code>{who.id}</code>
          {policyVersion !== undefined && `, version ${policyVersion} of its policy`}
        </p>
      )}
    </section>
  );
}

function Facts({ decision }: { readonly decision: Decision }) {
  const { operation, service, request, pending, ofWorld, reason } = decision;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Request', `${request.method} ${request.path}`],
    ['Operation', `${operation} of ${service}`],
    ['Reason', reason ?? undefined],
    ['Pending', pending && `version ${pending.version} would ${pending.effect} it, from ${pending.effectiveAt} on`],
    ['Belongs to the world', ofWorld],
  ];
  return (
    <dl class="facts">
      {facts.map(
        ([name, value]) =>
          value !== undefined && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

/** `waitsFor`: the key whose edit would turn it once that counts. */
type Outcome =
  | { readonly effect: string; readonly text: string; readonly waitsFor?: string }
  | { readonly fault: string };

function Fixes({ decision, fixes }: { readonly decision: Decision; readonly fixes: readonly Fix[] }) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [isBusy, setBusy] = useState(false);
  const { principal, request } = decision;

  const carryOut = async ({ request: change }: Fix) => {
    if (change === undefined) return;
    setBusy(true);
    try {
      await ask(change.method, change.path, change.body);
      changed('keys', 'clock');
      setOutcome(await repeated(decision));
    } catch (fault) {
      setOutcome({ fault: textOf(fault) });
    } finally {
      setBusy(false);
    }
  };

  return (
    <section class="fixes">
      <h3>What would turn it</h3>
      {fixes.length === 0 && <p class="quiet">Nothing that is known.</p>}
      <ul>
        {fixes.map((fix) => (
          <li key={fix.text}>
            <span>
              <Sentence text={fix.text} />
            </span>
            {fix.request?.path.startsWith('/_mock/') && (
              <button type="button" disabled={isBusy} onClick={() => carryOut(fix)}>
                Do it
              </button>
            )}
            {fix.request !== undefined && !fix.request.path.startsWith('/_mock/') && (
              <Copy text={curlOf(fix.request)} label="Copy as curl" />
            )}
          </li>
        ))}
      </ul>
      {principal !== null && (
        <p>
          <button
            type="button"
            class="small"
            disabled={isBusy}
            onClick={async () => setOutcome(await repeated(decision))}
          >
            What now?
          </button>{' '}
          <span class="quiet">asks for the decision again; the request itself is never sent again</span>
        </p>
      )}
      {outcome !== null && (
        <p role="status" class={'fault' in outcome ? 'fault' : `verdict ${outcome.effect}`}>
          {'fault' in outcome ? (
            outcome.fault
          ) : (
            <>
              <strong>{outcome.effect === 'allow' ? 'Now allowed' : 'Still refused'}</strong> {request.method}{' '}
              {request.path}. <Sentence text={outcome.text} />{' '}
              {outcome.waitsFor !== undefined && (
                <a href={addressOfView('time', { key: outcome.waitsFor })}>See when</a>
              )}
            </>
          )}
        </p>
      )}
    </section>
  );
}

/** Decides about the same request once more, as things are now. */
async function repeated({ principal, request }: Decision): Promise<Outcome> {
  if (principal === null) return { fault: 'Nobody is known to have sent it.' };
  try {
    const asked = { principal: principal.id, method: request.method, path: request.path };
    const { effect, explanation, pending } = await ask<OperationEffect & Decision>(
      'POST',
      '/_mock/decisions/simulate',
      asked,
    );
    const later =
      pending === undefined ? '' : ` Version ${pending.version} begins at ${pending.effectiveAt}: ${pending.effect}.`;
    return { effect, text: `${explanation}${later}`, ...(pending !== undefined && { waitsFor: principal.id }) };
  } catch (fault) {
    return { fault: textOf(fault) };
  }
}

/** A vendor's call, for a shell, with a place for the token. */
function curlOf({ method, path, body }: NonNullable<Fix['request']>): string {
  const parts = [`curl -X ${method} ${quoted(location.origin + addressOf(path))}`, `-H "Authorization: Bearer $TOKEN"`];
  if (body !== undefined) parts.push(`-H 'content-type: application/json' -d ${quoted(JSON.stringify(body))}`);
  return parts.join(' \\\n  ');
}
