import { useEffect, useRef, useState } from 'preact/hooks';
import { addressOfView, chosen } from '../../address.ts';
import { ask } from '../../control-api/client.ts';
import type { Key } from '../../control-api/types.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { Copy } from '../../parts/copy.tsx';
import { readValue, textOf, useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Secret } from '../../parts/secret.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { serviceTitle } from '../../parts/service.ts';
import { When } from '../../parts/when.tsx';
import { changed } from '../../state/changes.ts';
import { editKey } from '../../state/edit-key.ts';
import { readOrganizations } from '../../state/identities.ts';
import { keepText, type ShownKey } from '../../state/keys.ts';
import { curlOf, envOf } from '../../state/ready-made.ts';
import { nameInKeys, type Ruleset, readServices, rulesetOf, serviceOfKey } from '../../state/rulesets.ts';
import { offerUndo } from '../../state/undo.ts';
import { Allowed } from './allowed.tsx';
import { type Draft, draftOf, editOf, FORCE, inForm, orderOf } from './draft.ts';
import { Resources } from './resources.tsx';
import { Ticks } from './ticks.tsx';

type Answer = Pick<Key, 'id' | 'name' | 'services' | 'warnings'> & {
  readonly pending: readonly { readonly version: number; readonly effectiveAt: string }[];
  readonly key?: string;
};

/** Makes a key of NGC, or edits one, as in the vendor's form; beside it stands what the choice allows. */
export function KeyForm({ edited }: { readonly edited: ShownKey | null }) {
  const rulesets = useLoaded(async () => Promise.all((await readServices()).map(rulesetOf)), []);
  const [draft, setDraft] = useState(() => draftOf(edited, chosen.value));
  const [answer, setAnswer] = useState<Answer | null>(null);
  if (answer !== null) return <Stored answer={answer} isNew={edited === null} />;
  const change = (part: Partial<Draft>) => setDraft((last) => ({ ...last, ...part }));
  return (
    <>
      <h2>{edited === null ? 'New key' : `Edit ${edited.name}`}</h2>
      <WhenLoaded of={rulesets}>
        {(all) => <Fields rulesets={all} draft={draft} change={change} edited={edited} stored={setAnswer} />}
      </WhenLoaded>
    </>
  );
}

function Fields(props: {
  readonly rulesets: readonly Ruleset[];
  readonly draft: Draft;
  readonly change: (part: Partial<Draft>) => void;
  readonly edited: ShownKey | null;
  readonly stored: (answer: Answer) => void;
}) {
  const { rulesets, draft, change, edited, stored } = props;
  const act = useAct();
  const withKeys = rulesets.flatMap((ruleset) => {
    const name = nameInKeys(ruleset, draft.type);
    return name === undefined ? [] : [{ name, ruleset }];
  });
  const ticked = withKeys.filter(({ name }) => draft.services.includes(name)).map(({ ruleset }) => ruleset);
  const isService = draft.type === 'service';
  // It is open where the key has something of it.
  const [isAdvanced] = useState(draft.expiresAt !== '');
  const store = async () => {
    if (edited !== null) {
      const { key, undo } = await editKey(edited.id, editOf(draft));
      offerUndo(undo);
      stored(key);
      return;
    }
    const answer = await ask<Answer>('POST', '/_mock/keys', orderOf(draft));
    if (answer.key !== undefined) keepText(answer.id, answer.key);
    changed('keys', 'clock');
    stored(answer);
  };
  const storeOrSay = () =>
    store().catch((fault: unknown) => {
      throw new Error(inForm(textOf(fault)));
    });
  return (
    <form
      class="key-form"
      onSubmit={(event) => {
        event.preventDefault();
        void act.run(storeOrSay);
      }}
    >
      <div class="fields">
        {edited === null && (
          <fieldset>
            <legend>Type</legend>
            <div class="ticks">
              {(['service', 'personal'] as const).map((type) => (
                <label key={type} class="tick">
                  <input type="radio" name="type" checked={draft.type === type} onChange={() => change({ type })} />
                  <span>
                    {type === 'service' ? 'Service key' : 'Personal key'}
                    <small class="quiet"> ({type === 'service' ? 'holds scopes' : 'has the roles of its user'})</small>
                  </span>
                </label>
              ))}
            </div>
          </fieldset>
        )}
        <div class="bar">
          <Field label="Name" value={draft.name} change={(name) => change({ name })} required />
          {edited === null && !isService && (
            <Field label="User" value={draft.user} change={(user) => change({ user })} placeholder="a new one" />
          )}
        </div>
        <Ticks
          legend="Services"
          options={withKeys.map(({ name, ruleset }) => ({ id: name, text: serviceTitle(ruleset.service) }))}
          ticked={draft.services}
          change={(services) => change({ services })}
        />
        {isService && ticked.length === 0 && <p class="quiet">Its scopes depend on the services.</p>}
        {isService &&
          ticked.map(({ service, grants, resourceTypes = [] }) => (
            <Ticks
              key={service}
              legend={`Scopes of ${serviceTitle(service)}`}
              options={grants.map(({ id, label, onlyOn, certainty }) => ({
                id,
                text: label,
                also: [
                  ...(onlyOn === undefined ? [] : [`only with ${namesOf(onlyOn, resourceTypes)}`]),
                  ...(certainty === 'documented' ? [] : [certainty]),
                ].join(', '),
              }))}
              ticked={draft.scopes}
              change={(scopes) => change({ scopes })}
            />
          ))}
        {isService && (
          <Resources
            types={ticked.flatMap(({ resourceTypes = [] }) => resourceTypes)}
            resource={draft.resource}
            change={(resource) => change({ resource })}
          />
        )}
        {!isService && (
          <Ticks
            legend="Roles of its user"
            options={[...new Set(rulesets.flatMap(rolesOfKeys))].map((name) => ({ id: name, text: name }))}
            ticked={draft.roles}
            change={(roles) => change({ roles })}
          />
        )}
        <details open={isAdvanced}>
          <summary>Advanced</summary>
          <div class="bar">
            {edited === null && <Organisation value={draft.org} change={(org) => change({ org })} />}
            <Field
              label="Expires"
              value={draft.expiresAt}
              change={(expiresAt) => change({ expiresAt })}
              placeholder="never"
            />
          </div>
          <label class="tick">
            <input
              type="checkbox"
              checked={draft.force}
              onChange={(event) => change({ force: event.currentTarget.checked })}
            />
            {FORCE}
          </label>
        </details>
      </div>
      <Allowed draft={draft} rulesets={ticked} change={change} />
      <div class="submit">
        <button type="submit" class="main" disabled={act.isBusy}>
          {edited === null ? 'Make the key' : 'Store the edit'}
        </button>
        <Feedback act={act} />
      </div>
    </form>
  );
}

/** The roles that keys can have: of Run:ai's nobody with a key has any. */
function rolesOfKeys({ service, roles = [] }: Ruleset): readonly string[] {
  return service === 'runai' ? [] : roles.map(({ name }) => name);
}

function namesOf(ids: readonly string[], types: NonNullable<Ruleset['resourceTypes']>): string {
  return ids.map((id) => types.find((type) => type.id === id)?.label ?? id).join(', ');
}

/** The organisations of this world; the first is the one that the control API would take. */
function Organisation({ value, change }: { readonly value: string; readonly change: (name: string) => void }) {
  const loaded = useLoaded(readOrganizations, []);
  const names = readValue(loaded, []);
  return (
    <label class="field">
      Organisation
      <select value={value || names[0]} onChange={({ currentTarget }) => change(currentTarget.value)}>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

function Field(props: {
  readonly label: string;
  readonly value: string;
  readonly change: (value: string) => void;
  readonly placeholder?: string;
  readonly required?: boolean;
}) {
  const { label, value, change, ...rest } = props;
  return (
    <label class="field">
      {label}
      <input maxLength={255} value={value} onInput={(event) => change(event.currentTarget.value)} {...rest} />
    </label>
  );
}

/** A key that was stored, with its text if it is new. */
function Stored({ answer, isNew }: { readonly answer: Answer; readonly isNew: boolean }) {
  const { id, name, key, warnings = [], pending } = answer;
  const services = answer.services.map(serviceOfKey);
  const credentials = key === undefined ? [] : [{ kind: 'key', text: key } as const];
  const curl = curlOf({ services, credentials });
  const env = envOf({ services, credentials });
  const heading = useRef<HTMLHeadingElement>(null);
  // The form that had the focus is gone.
  useEffect(() => heading.current?.focus(), []);
  return (
    <div role="status">
      <h2 ref={heading} tabIndex={-1}>
        {isNew ? `${name} is made` : `${name} is edited`}
      </h2>
      {warnings.map((text) => (
        <p key={text} class="hint">
          <Sentence text={inForm(text)} />
        </p>
      ))}
      {pending.map(({ version, effectiveAt }) => (
        <p key={version}>
          Version {version} takes effect at <When at={effectiveAt} isRelative />.{' '}
          <a href={addressOfView('clock', { key: id })}>See when</a>
        </p>
      ))}
      {key !== undefined && (
        <dl class="facts">
          <div>
            <dt>Secret (shown once)</dt>
            <dd>
              <Secret text={key} name="key" />
            </dd>
          </div>
        </dl>
      )}
      <div class="bar">
        {curl !== null && <Copy text={curl} label="Copy a curl" />}
        {env !== null && <Copy text={env} label="Copy env lines" />}
        <a class="button" href={addressOfView('identities', { who: id })}>
          Open it
        </a>
      </div>
    </div>
  );
}
