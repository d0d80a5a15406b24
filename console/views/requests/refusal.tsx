import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { addressOfView } from '../../address.ts';
import { addressOf, ask } from '../../control-api/client.ts';
import type { Decision, Fix, OperationEffect } from '../../control-api/types.ts';
import { askAs } from '../../control-api/vendor.ts';
import { type Mark, Rights, Sign } from '../../parts/chips.tsx';
import { Copy } from '../../parts/copy.tsx';
import { textOf, useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { changed } from '../../state/changes.ts';
import { quoted } from '../../state/ready-made.ts';
import { type Ruleset, rulesetOf } from '../../state/rulesets.ts';

/** Why a request was refused or allowed: what its rule needs beside what its caller holds, and what would turn it. */
export function DecisionPicture({ id }: { readonly id: string }) {
  const loaded = useLoaded(async () => {
    const decision = await ask<Decision>('GET', `/_mock/decisions/${encodeURIComponent(id)}`);
    return { decision, ruleset: decision.rule === null ? null : await rulesetOf(decision.service) };
  }, [id]);
  return (
    <WhenLoaded of={loaded}>{({ decision, ruleset }) => <Picture decision={decision} ruleset={ruleset} />}</WhenLoaded>
  );
}

function Picture({ decision, ruleset }: { readonly decision: Decision; readonly ruleset: Ruleset | null }) {
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
        <Needs decision={decision} ruleset={ruleset} />
        <Holds decision={decision} />
      </div>
      {/* Hints stand above, as those of any request. */}
      {effect === 'deny' && (
        <Fixes key={decision.id} decision={decision} fixes={fixes.filter(({ kind }) => kind !== 'hint')} />
      )}
      <Facts decision={decision} />
    </section>
  );
}

/** Refused for what the caller is bound to: the rights themselves were there. */
const BINDING: readonly (string | null)[] = ['incompatible_resource_type', 'resource_mismatch'];

/** How a right that the rule names stands with the caller. @param isChoice is one of several enough? */
function markOf(decision: Decision, id: string, isChoice: boolean): Mark {
  const { effect, reason, missing = [], missingAnyOf = [], held = [], used = [] } = decision;
  if (missing.includes(id) || missingAnyOf.includes(id)) return 'lacking';
  if (held.includes(id) || used.includes(id)) return 'there';
  if (effect === 'allow' || isChoice) return 'open';
  return BINDING.includes(reason) ? 'there' : 'lacking';
}

/** How a role that the rule names stands with the caller. */
function markOfRole({ effect, roles = [], missing = [], used = [] }: Decision, name: string, isNeeded: boolean): Mark {
  if (missing.includes(name)) return 'lacking';
  const isEnough = effect === 'allow' && (isNeeded || used.length === 0);
  return isEnough || roles.includes(name) ? 'there' : 'open';
}

function Needs({ decision, ruleset }: { readonly decision: Decision; readonly ruleset: Ruleset | null }) {
  const rule = ruleset?.rules.find(({ id }) => id === decision.rule);
  if (rule === undefined) {
    return (
      <section>
        <h3>Required</h3>
        <p class="quiet">{decision.rule === null ? 'Refused before any rule was evaluated.' : decision.rule}</p>
      </section>
    );
  }
  const { needs, on, label, source, certainty } = rule;
  const { all = [], any = [], roles = [], orRoles = [] } = needs;
  const { effect, reason, target, binding } = decision;
  const isOther = reason === 'resource_mismatch';
  const types = on?.map((id) => ruleset?.resourceTypes?.find((type) => type.id === id)?.label ?? id);
  return (
    <section>
      <h3>Required</h3>
      {all.length > 0 && <Rights ids={all} markOf={(id) => markOf(decision, id, false)} />}
      {any.length > 0 && (
        <>
          <p>one of</p>
          <Rights ids={any} markOf={(id) => markOf(decision, id, any.length > 1)} />
        </>
      )}
      {roles.length > 0 && (
        <>
          <p>the roles</p>
          <Rights ids={roles} markOf={(name) => markOfRole(decision, name, true)} />
        </>
      )}
      {orRoles.length > 0 && (
        <>
          <p>or one of the roles</p>
          <Rights ids={orRoles} markOf={(name) => markOfRole(decision, name, false)} />
        </>
      )}
      {all.length + any.length + roles.length === 0 && <p class="quiet">no {ruleset?.term}</p>}
      {types !== undefined && (
        <Bound isFailing={binding?.fits === false && !isOther} isMet={effect === 'allow' || binding?.fits === true}>
          bound to {types.join(', ')}
        </Bound>
      )}
      {target !== undefined && (
        <Bound isFailing={isOther} isMet={effect === 'allow'}>
          for <span class="long">{target}</span>
        </Bound>
      )}
      <p class="quiet">
        “{label}”: {source} ({certainty})
      </p>
    </section>
  );
}

/** What a right must be bound to, or is. */
function Bound(props: { readonly isFailing: boolean; readonly isMet?: boolean; readonly children: ComponentChildren }) {
  const { isFailing, isMet = false, children } = props;
  const mark = isFailing ? 'lacking' : 'there';
  return (
    <p class={isFailing ? 'bound lacking' : 'bound'}>
      {(isFailing || isMet) && <Sign mark={mark} />} {children}
    </p>
  );
}

function Holds({ decision }: { readonly decision: Decision }) {
  const { principal, claimed, reason, held, used, roles = [], binding, policyVersion } = decision;
  const who = principal ?? claimed;
  return (
    <section>
      <h3>{who === undefined || who === null ? 'Held by nobody: the caller is not known' : `Held by ${who.name}`}</h3>
      {/* Where the type of a resource does not fit, the types are what is held. */}
      {held !== undefined && reason !== 'incompatible_resource_type' && <Rights ids={held} used={used} />}
      {roles.length > 0 && <p>by the roles {roles.join(', ')}</p>}
      {binding !== undefined && (
        <Bound isFailing={!binding.fits} isMet={binding.fits}>
          bound to {binding.held || 'nothing'}
        </Bound>
      )}
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

  const attempt = async (change: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await change();
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
      <h3>How to fix it</h3>
      {fixes.length === 0 && <p class="quiet">Nothing that is known.</p>}
      <ul>
        {fixes.map((fix) => (
          <li key={fix.text}>
            <span>
              <Sentence text={fix.text} />
            </span>
            {fix.request !== undefined && <CarryOut request={fix.request} isBusy={isBusy} attempt={attempt} />}
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
            Check again
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
                <a href={addressOfView('clock', { key: outcome.waitsFor })}>See when</a>
              )}
            </>
          )}
        </p>
      )}
    </section>
  );
}

/** Makes a change: by the control API, or by a call of the vendor that somebody sends who may. */
function CarryOut(props: {
  readonly request: NonNullable<Fix['request']>;
  readonly isBusy: boolean;
  readonly attempt: (change: () => Promise<unknown>) => Promise<void>;
}) {
  const { request, isBusy, attempt } = props;
  const isOurs = request.path.startsWith('/_mock/');
  const sender = request.as?.principal;
  const change = isOurs
    ? () => ask(request.method, request.path, request.body)
    : sender === undefined
      ? undefined
      : () => sendAs(sender, request);
  return (
    <span class="acts">
      {change !== undefined && (
        <button type="button" disabled={isBusy} onClick={() => attempt(change)}>
          Apply
        </button>
      )}
      {sender !== undefined && <span class="quiet">as {sender}</span>}
      {!isOurs && <Copy text={curlOf(request)} label="Copy as curl" />}
    </span>
  );
}

/** Sends a call of the vendor as somebody, with a token that is made for it. */
async function sendAs(principal: string, { method, path, body }: NonNullable<Fix['request']>): Promise<void> {
  const { token } = await ask<{ token: string }>('POST', '/_mock/tokens', { for: principal });
  await askAs(token, method, path, body);
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
