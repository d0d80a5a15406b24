import { useState } from 'preact/hooks';
import { addressOfView, choices, goLater } from '../../address.ts';
import { ask, type Fault, type FaultOrder, nullIfNotFound, RefusalError } from '../../control-api/client.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { Code } from '../../parts/copy.tsx';
import { findField } from '../../parts/field-error.ts';
import { createOptions, Field, handleSubmit, Tick } from '../../parts/form.tsx';
import { readValue, useQuery, WhenLoaded } from '../../parts/loaded.tsx';
import { titleOfService } from '../../parts/service.ts';
import { reportChange } from '../../state/changes.ts';
import { hasEnded } from '../../state/faults.ts';
import { readIdentities } from '../../state/identities.ts';
import { type ListedOperation, readListedOperations } from '../../state/operations.ts';
import { offerUndo } from '../../state/undo.ts';
import {
  ADVANCED,
  applyPreset,
  BROKEN_AT_LABELS,
  changeText,
  FIELDS,
  findTokenOperations,
  isPresetActive,
  PRESETS,
  readAddress,
  SPOILED_BODIES,
  toOrder,
  toTestCode,
} from './draft.ts';

/** A form that adds a fault. The address may fill in the requests, so that links can do so. */
export function NewFault() {
  const loaded = useQuery(readListedOperations);
  return (
    <>
      <h2>New fault</h2>
      <WhenLoaded loaded={loaded}>{(all) => <FaultForm all={all} />}</WhenLoaded>
    </>
  );
}

function FaultForm({ all }: { readonly all: readonly ListedOperation[] }) {
  const act = useAct();
  const [texts, setTexts] = useState(() => readAddress(choices.value, all));
  const [isAdvanced] = useState(ADVANCED.some((name) => texts[name]));
  const { which = '', 'match.service': service = '', 'match.operation': operation = '' } = texts;
  const update = (next: typeof texts) => {
    act.clear();
    setTexts(next);
  };
  const refusal = act.feedback?.text;
  const wrong = findField(refusal, FIELDS);
  const bind = (name: string) => ({
    name,
    value: texts[name] ?? '',
    change: (text: string) => update(changeText(texts, name, text)),
    error: wrong === name ? refusal : undefined,
  });
  const services = [...new Set(all.map((each) => each.service))];
  const isUnknown = operation !== '' && !all.some((each) => each.service === service && each.id === operation);
  const tokenOperations = findTokenOperations(all);
  const tokenServices = [...new Set(tokenOperations.map((each) => titleOfService(each.service)))];
  const callers = readValue(useQuery(readIdentities), []).filter(
    (identity) => service === '' || identity.services.includes(service),
  );
  const code = describeInCode(() => toOrder(texts, all));
  const submit = () =>
    act.run(async () => {
      const goOn = goLater('make');
      await addFault(toOrder(texts, all));
      goOn(addressOfView('faults'));
    });
  return (
    <form noValidate onSubmit={handleSubmit(() => void submit())}>
      <fieldset>
        <legend>Which requests</legend>
        <div class="columns">
          {[
            ['tokens', 'Next token request'],
            ['operation', 'One operation'],
            ['all', 'Every request'],
          ].map(([kind = '', label = '']) => (
            <Tick
              key={kind}
              group="which"
              label={label}
              checked={which === kind}
              change={() => update({ ...texts, which: kind })}
            />
          ))}
        </div>
        {which === 'tokens' ? (
          <p class="quiet">
            The {tokenOperations.length} endpoints that issue tokens: {tokenServices.join(', ')}.
          </p>
        ) : (
          <Field
            {...bind('match.service')}
            label="Service"
            tag="select"
            change={(text) => update({ ...texts, 'match.service': text, 'match.operation': '' })}
          >
            {createOptions(
              services.map((name) => [name, titleOfService(name)]),
              'any',
            )}
          </Field>
        )}
        {which === 'operation' && (
          <Field
            {...bind('match.operation')}
            label="Operation"
            tag="select"
            value={operation && `${service}/${operation}`}
            change={(text) => {
              const [owner = '', id = ''] = text.split('/');
              update({ ...texts, 'match.service': owner, 'match.operation': id });
            }}
          >
            <option value="">Choose an operation</option>
            {isUnknown && <option value={`${service}/${operation}`}>{operation}</option>}
            {(service === '' ? services : [service]).map((name) => (
              <optgroup key={name} label={titleOfService(name)}>
                {createOptions(
                  all
                    .filter((each) => each.service === name)
                    .map(({ id, title, route }) => [`${name}/${id}`, route === '' ? title : `${title} · ${route}`]),
                )}
              </optgroup>
            ))}
          </Field>
        )}
      </fieldset>
      <fieldset>
        <legend>What happens</legend>
        <div class="bar">
          {PRESETS.map(([label, preset]) => (
            <button
              key={label}
              type="button"
              class="small"
              aria-pressed={isPresetActive(texts, preset)}
              onClick={() => update(applyPreset(texts, preset))}
            >
              {label}
            </button>
          ))}
        </div>
        <div class="columns">
          <Field {...bind('do.status')} label="Status" type="number" />
          <Field {...bind('do.retryAfter')} label="Retry-After" placeholder="3, or 30s" />
          <Field {...bind('do.delay')} label="Delay" placeholder="2s" />
          <Field {...bind('do.drop')} label="Connection" tag="select">
            {createOptions(
              Object.entries(BROKEN_AT_LABELS).map(([value, label]) => [value, `breaks ${label}`]),
              'stays open',
            )}
          </Field>
          <Field {...bind('do.body')} label="Body" tag="select">
            {createOptions(
              SPOILED_BODIES.map((each) => [each, each]),
              'unchanged',
            )}
          </Field>
          <Field {...bind('times')} label="Times" type="number" placeholder="always" />
        </div>
        <Tick
          label={ALLOW_LABEL}
          checked={Boolean(texts['do.offDocument'])}
          change={(isAllowed) => update({ ...texts, 'do.offDocument': isAllowed ? 'yes' : '' })}
        />
      </fieldset>
      <details open={isAdvanced}>
        <summary>Advanced</summary>
        <div class="columns">
          <Field {...bind('match.method')} label="Method" placeholder="POST" />
          <Field {...bind('match.path')} label="Path" placeholder="/v2/nvcf/functions/{id}" />
          <Field
            {...bind('match.principal')}
            label="Caller"
            placeholder="admin@acme.test"
            suggestions={callers.map(({ name }) => name)}
          />
          <Field {...bind('match.probability')} label="Probability" placeholder="1" />
          <Field {...bind('after')} label="Skip the first" type="number" placeholder="0" />
        </div>
        <Field
          {...bind('do.answer')}
          label="Custom response: JSON with a status, a body and, optionally, headers"
          tag="textarea"
          rows={4}
          placeholder='{"status": 200, "body": {"functions": []}}'
        />
        <Tick
          label="Carry out the request, then send this response"
          checked={Boolean(texts['do.after'])}
          change={(isAfter) => update({ ...texts, 'do.after': isAfter ? 'yes' : '' })}
        />
      </details>
      <div class="bar">
        <button type="submit" class="main" disabled={act.isBusy}>
          Add the fault
        </button>
        {wrong === undefined ? <Feedback act={act} /> : <p class="fault">Correct the marked field.</p>}
      </div>
      {code !== null && (
        <>
          <h3>This fault in a test</h3>
          <Code text={code} />
        </>
      )}
    </form>
  );
}

const ALLOW_LABEL = 'Allow undocumented responses';

/** Returns the code of an order; null while the form is incomplete. */
function describeInCode(createOrder: () => FaultOrder): string | null {
  try {
    return toTestCode(createOrder());
  } catch {
    return null;
  }
}

/** Adds a fault, and offers to undo that. @throws Error that names fields of the form in place of members */
async function addFault(order: FaultOrder): Promise<void> {
  const { id, certainty } = await ask<Fault>('POST', '/_mock/faults', order).catch((error: unknown) => {
    if (!(error instanceof RefusalError)) throw error;
    throw new Error(error.message.replace('set `do.offDocument` to true', `tick \`${ALLOW_LABEL}\``));
  });
  reportChange('faults');
  const address = `/_mock/faults/${encodeURIComponent(id)}`;
  const note = certainty === 'ours' ? ' The vendor does not document this response.' : '';
  offerUndo({
    text: `The fault \`${id}\` is waiting for a request.${note}`,
    guard: {
      topics: ['faults'],
      obstacle: async () => {
        const fault = await ask<Fault>('GET', address).catch(nullIfNotFound);
        return fault === null || hasEnded(fault) ? `The fault \`${id}\` has ended or was already removed.` : null;
      },
    },
    undo: async () => {
      await ask('DELETE', address);
      reportChange('faults');
      return `The fault \`${id}\` was removed.`;
    },
  });
}
