import { useState } from 'preact/hooks';
import { choices } from '../../address.ts';
import { ask } from '../../control-api/client.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { describeCertainty } from '../../parts/certainty.ts';
import { describeError, readValue, useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { titleOfService } from '../../parts/service.ts';
import { reportChange } from '../../state/changes.ts';
import { editKey } from '../../state/edit-key.ts';
import { readOrganizations } from '../../state/identities.ts';
import { type NgcKey, readKeys, rememberKeyText } from '../../state/keys.ts';
import { keyServiceNameOf, type Ruleset, readRuleset, readServices } from '../../state/rulesets.ts';
import { offerUndo } from '../../state/undo.ts';
import { DraftEffects } from './allowed.tsx';
import {
  createDraft,
  type Draft,
  FORCE_LABEL,
  findUnboundServices,
  toEdit,
  toFormText,
  toOrder,
  type UnboundService,
} from './draft.ts';
import { Resources } from './resources.tsx';
import { type KeyResponse, SavedKey } from './stored.tsx';
import { CheckboxGroup } from './ticks.tsx';

/** A form that creates or edits an NGC key, like the vendor's. Beside it is what the key will allow. */
export function KeyForm({ edited }: { readonly edited: NgcKey | null }) {
  const loaded = useLoaded(async () => {
    const [services, keys] = await Promise.all([readServices(), readKeys()]);
    return { rulesets: await Promise.all(services.map(readRuleset)), usedNames: keys.map(({ name }) => name) };
  }, []);
  const [storedKey, setStoredKey] = useState<KeyResponse | null>(null);
  if (storedKey !== null) return <SavedKey keyResponse={storedKey} isNew={edited === null} />;
  return (
    <>
      <h2>{edited === null ? 'New key' : `Edit ${edited.name}`}</h2>
      <WhenLoaded loaded={loaded}>
        {({ rulesets, usedNames }) => (
          <Fields rulesets={rulesets} usedNames={usedNames} edited={edited} onStored={setStoredKey} />
        )}
      </WhenLoaded>
    </>
  );
}

function Fields(props: {
  readonly rulesets: readonly Ruleset[];
  /** The names of existing keys. */
  readonly usedNames: readonly string[];
  readonly edited: NgcKey | null;
  readonly onStored: (answer: KeyResponse) => void;
}) {
  const { rulesets, usedNames: taken, edited, onStored: stored } = props;
  const [draft, setDraft] = useState(() => createDraft(edited, choices.value, taken));
  const update = (part: Partial<Draft>) => setDraft((last) => ({ ...last, ...part }));
  const act = useAct();
  const keyServices = rulesets.flatMap((ruleset) => {
    const name = keyServiceNameOf(ruleset, draft.type);
    return name === undefined ? [] : [{ name, ruleset }];
  });
  const ticked = keyServices.filter(({ name }) => draft.services.includes(name)).map(({ ruleset }) => ruleset);
  const isService = draft.type === 'service';
  // Open if the key uses something in it.
  const [isAdvancedOpen] = useState(draft.expiresAt !== '');
  const unbound = edited === null ? findUnboundServices(draft, ticked) : [];
  const offered = unbound.flatMap((service) => service.widest?.label ?? []);
  const widest = offered.length === unbound.length ? offered : [];
  const store = async (resource: Draft['resource']) => {
    if (edited !== null) {
      const { key, undo } = await editKey(edited.id, toEdit(draft));
      offerUndo(undo);
      stored(key);
      return;
    }
    const answer = await ask<KeyResponse>('POST', '/_mock/keys', toOrder({ ...draft, resource }));
    if (answer.key !== undefined) rememberKeyText(answer.id, answer.key);
    reportChange('keys', 'clock');
    stored(answer);
  };
  const submit = (resource: Draft['resource']) =>
    act.run(() =>
      store(resource).catch((error: unknown) => {
        throw new Error(toFormText(describeError(error)));
      }),
    );
  return (
    <form
      class="key-form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit([...draft.resource, ...widest.map((type) => ({ type }))]);
      }}
    >
      <div class="fields">
        {edited === null && (
          <fieldset>
            <legend>Type</legend>
            <div class="ticks">
              {(['service', 'personal'] as const).map((type) => (
                <label key={type} class="tick">
                  <input type="radio" name="type" checked={draft.type === type} onChange={() => update({ type })} />
                  <span>
                    {type === 'service' ? 'Service key' : 'Personal key'}
                    <small class="quiet"> ({type === 'service' ? 'has scopes' : 'has the roles of its user'})</small>
                  </span>
                </label>
              ))}
            </div>
          </fieldset>
        )}
        <div class="bar">
          <Field label="Name" value={draft.name} change={(name) => update({ name })} required />
          {edited === null && !isService && (
            <Field label="User" value={draft.user} change={(user) => update({ user })} placeholder="a new one" />
          )}
        </div>
        <CheckboxGroup
          legend="Services"
          options={keyServices.map(({ name, ruleset }) => ({ id: name, text: titleOfService(ruleset.service) }))}
          ticked={draft.services}
          change={(services) => update({ services })}
        />
        {isService && ticked.length === 0 && <p class="quiet">Tick a service to see its scopes.</p>}
        {isService &&
          ticked.map(({ service, grants, resourceTypes = [] }) => (
            <CheckboxGroup
              key={service}
              note={explainCertainties(grants)}
              legend={`Scopes of ${titleOfService(service)}`}
              options={grants.map(({ id, label, onlyOn, certainty }) => ({
                id,
                text: label,
                also: [
                  ...(onlyOn === undefined ? [] : [`only with ${formatTypes(onlyOn, resourceTypes)}`]),
                  ...(certainty === 'documented' ? [] : [certainty]),
                ].join(', '),
              }))}
              ticked={draft.scopes}
              change={(scopes) => update({ scopes })}
            />
          ))}
        {isService && (
          <Resources
            types={ticked.flatMap(({ resourceTypes = [] }) => resourceTypes)}
            resource={draft.resource}
            change={(resource) => update({ resource })}
          />
        )}
        {!isService && (
          <CheckboxGroup
            legend="Roles of its user"
            options={[...new Set(rulesets.flatMap(listKeyRoles))].map((name) => ({ id: name, text: name }))}
            ticked={draft.roles}
            change={(roles) => update({ roles })}
          />
        )}
        <details open={isAdvancedOpen}>
          <summary>Advanced</summary>
          <div class="bar">
            {edited === null && <Organisation value={draft.org} change={(org) => update({ org })} />}
            <Field
              label="Expires"
              value={draft.expiresAt}
              change={(expiresAt) => update({ expiresAt })}
              placeholder="never"
            />
          </div>
          <label class="tick">
            <input
              type="checkbox"
              checked={draft.force}
              onChange={(event) => update({ force: event.currentTarget.checked })}
            />
            {FORCE_LABEL}
          </label>
        </details>
        <div class="submit">
          <button type="submit" class="main" disabled={act.isBusy}>
            {edited !== null ? 'Save changes' : submitLabel(unbound, widest)}
          </button>
          {widest.length > 0 && (
            <button type="button" class="link" disabled={act.isBusy} onClick={() => submit(draft.resource)}>
              {UNBOUND_LABEL}
            </button>
          )}
          <Feedback act={act} />
        </div>
      </div>
      <DraftEffects draft={draft} rulesets={ticked} change={update} />
    </form>
  );
}

const UNBOUND_LABEL = 'Create it without a resource';

/** Returns the label of the submit button. @param widest the resource types that it binds the key to */
function submitLabel(unbound: readonly UnboundService[], widest: readonly string[]): string {
  if (unbound.length === 0) return 'Create the key';
  return widest.length > 0 ? `Create for ${widest.join(' and ')}` : UNBOUND_LABEL;
}

/** Returns the roles that keys can have. Keys have no Run:ai roles. */
function listKeyRoles({ service, roles = [] }: Ruleset): readonly string[] {
  return service === 'runai' ? [] : roles.map(({ name }) => name);
}

/** Explains the certainties shown beside scopes. */
function explainCertainties(grants: Ruleset['grants']): string {
  const words = new Set(grants.map(({ certainty }) => certainty).filter((word) => word !== 'documented'));
  return [...words].map(describeCertainty).join('; ');
}

function formatTypes(ids: readonly string[], types: NonNullable<Ruleset['resourceTypes']>): string {
  return ids.map((id) => types.find((type) => type.id === id)?.label ?? id).join(', ');
}

/** Chooses an organisation. The first is the control API's default. */
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
