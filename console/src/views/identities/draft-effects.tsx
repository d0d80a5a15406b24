import type { KeyOrder } from '../../control-api/client.ts';
import { describeError, readValue, useLoaded } from '../../parts/loaded.tsx';
import { Name } from '../../parts/rights.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { titleOfService } from '../../parts/service.ts';
import { countChanges } from '../../state/changes.ts';
import { readEffects } from '../../state/operations.ts';
import type { Ruleset } from '../../state/rulesets.ts';
import { groupEffects, toFormText, toRights } from './draft.ts';

/** Shows what a key like this could do, simulated by the control API without concrete objects. */
export function DraftEffects({ draft, rulesets }: { readonly draft: KeyOrder; readonly rulesets: readonly Ruleset[] }) {
  const held = toRights(draft);
  const services = rulesets.map(({ service }) => service);
  const loaded = useLoaded(
    // An error is a value, because a failed read would leave the previous one.
    () =>
      Promise.all(services.map((service) => readEffects({ held }, service))).catch((error: unknown) =>
        toFormText(describeError(error)),
      ),
    // The cast is also reported as changed once the server is back.
    [JSON.stringify({ held, services }), countChanges('cast')],
  );
  const result = readValue(loaded, []);
  return (
    <section class="allowed" aria-label="What it allows" aria-live="polite">
      <h3>What it allows</h3>
      {typeof result === 'string' ? (
        <p class="fault">
          <Sentence text={result} />
        </p>
      ) : (
        rulesets.map((ruleset) => {
          const effects = result.flat().filter(({ service }) => service === ruleset.service);
          const { allowed, open, refused } = groupEffects(effects, draft, ruleset);
          return (
            <section key={ruleset.service}>
              <p>
                <strong>{titleOfService(ruleset.service)}</strong>: {allowed.length + open.length} of {effects.length}{' '}
                operations
              </p>
              <Operations names={allowed} sign="✓" />
              {[...refused].map(([reason, names]) => (
                <details key={reason}>
                  <summary class="quiet">
                    {names.length} refused because {reason}
                  </summary>
                  <Operations names={names} sign="×" />
                </details>
              ))}
              {open.length > 0 && (
                <details>
                  <summary class="quiet">{open.length} open to all callers</summary>
                  <Operations names={open} sign="✓" />
                </details>
              )}
            </section>
          );
        })
      )}
      {rulesets.length === 0 && <p class="quiet">Nothing: no service is ticked.</p>}
    </section>
  );
}

function Operations({ names, sign }: { readonly names: readonly string[]; readonly sign: '✓' | '×' }) {
  return (
    <ul>
      {names.map((name) => (
        <li key={name}>
          <span aria-hidden="true" class={sign === '✓' ? 'verdict allow' : 'verdict deny'}>
            {sign}
          </span>{' '}
          <Name text={name} />
        </li>
      ))}
    </ul>
  );
}
