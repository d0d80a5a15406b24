import { useState } from 'preact/hooks';
import { choices } from '../../address.ts';
import { ask } from '../../control-api/client.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { describeCertainty } from '../../parts/certainty.ts';
import { handleSubmit, handleValue } from '../../parts/handlers.ts';
import { describeError, readValue, useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { titleOfService } from '../../parts/service.ts';
import { reportChange } from '../../state/changes.ts';
import { editKey } from '../../state/edit-key.ts';
import { readOrganizations } from '../../state/identities.ts';
import { type NgcKey, readKeys, rememberKeyText } from '../../state/keys.ts';
import { keyServiceNameOf, type Ruleset, readRuleset, readServices } from '../../state/rulesets.ts';
import { offerUndo } from '../../state/undo.ts';
import { CheckboxGroup } from './checkbox-group.tsx';
import {
  createDraft,
  type Draft,
  draftOfKey,
  FORCE_LABEL,
  findUnboundServices,
  toEdit,
  toFormText,
  toOrder,
  type UnboundService,
} from './draft.ts';
import { DraftEffects } from './draft-effects.tsx';
import { Resources } from './resources.tsx';
import { type KeyResponse, SavedKey } from './saved-key.tsx';

/** A form that creates or edits an NGC key, like the vendor's. The effects of the key are beside it. */
export function KeyForm({ edited }: { readonly edited: NgcKey | null }) {
  const loaded = useLoaded(async () => {
    const [services, keys] = await Promise.all([readServices(), readKeys()]);
    return { rulesets: await Promise.all(services.map(readRuleset)), usedNames: keys.map(({ name }) => name) };
  }, []);
  const [response, setResponse] = useState<KeyResponse | null>(null);
  if (response !== null) return <SavedKey keyResponse={response} isNew={edited === null} />;
  return (
    <>
      <h2>{edited === null ? 'New key' : `Edit ${edited.name}`}</h2>
      <WhenLoaded loaded={loaded}>
        {({ rulesets, usedNames }) => (
          <Fields rulesets={rulesets} usedNames={usedNames} edited={edited} onStored={setResponse} />
        )}
      </WhenLoaded>
    </>
  );
}

interface FieldsProps {
  readonly rulesets: readonly Ruleset[];
  /** The names of existing keys. */
  readonly usedNames: readonly string[];
  readonly edited: NgcKey | null;
  readonly onStored: (response: KeyResponse) => void;
}

/** The fields of the form. Saving binds a new key to the widest resource of each service that still needs one. */
function Fields({ rulesets, usedNames, edited, onStored }: FieldsProps) {
  const [draft, setDraft] = useState(() =>
    edited === null ? createDraft(choices.value, usedNames) : draftOfKey(edited),
  );
  const update = (part: Partial<Draft>) => setDraft((last) => ({ ...last, ...part }));
  const act = useAct();
  const keyServices = rulesets.flatMap((ruleset) => {
    const name = keyServiceNameOf(ruleset, draft.type);
    return name === undefined ? [] : [{ name, ruleset }];
  });
  const ticked = keyServices.filter(({ name }) => draft.services.includes(name)).map(({ ruleset }) => ruleset);
  const isService = draft.type === 'service';
  const unbound = edited === null ? findUnboundServices(draft, ticked) : [];
  const offered = unbound.flatMap((service) => service.widest?.label ?? []);
  const widest = offered.length === unbound.length ? offered : [];
  const submit = (resource: Draft['resource']) =>
    act.run(async () => onStored(await saveKey(edited, { ...draft, resource })));
  return (
    <form
      class="key-form"
      onSubmit={handleSubmit(() => void submit([...draft.resource, ...widest.map((type) => ({ type }))]))}
    >
      <div class="fields">
        {edited === null && <TypeChoice draft={draft} update={update} />}
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
        {isService ? (
          <ServiceKeyRights draft={draft} rulesets={ticked} update={update} />
        ) : (
          <CheckboxGroup
            legend="Roles of its user"
            options={[...new Set(rulesets.flatMap(listKeyRoles))].map((name) => ({ id: name, text: name }))}
            ticked={draft.roles}
            change={(roles) => update({ roles })}
          />
        )}
        <AdvancedFields draft={draft} update={update} isNew={edited === null} />
        <div class="submit">
          <button type="submit" class="main" disabled={act.isBusy}>
            {edited !== null ? 'Save changes' : createSubmitLabel(unbound, widest)}
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

/** Creates the key, or edits it. @throws Error with a message for the form */
async function saveKey(edited: NgcKey | null, draft: Draft): Promise<KeyResponse> {
  try {
    if (edited !== null) {
      const { key, undo } = await editKey(edited.id, toEdit(draft));
      offerUndo(undo);
      return key;
    }
    const response = await ask<KeyResponse>('POST', '/_mock/keys', toOrder(draft));
    if (response.key !== undefined) rememberKeyText(response.id, response.key);
    reportChange('keys', 'clock');
    return response;
  } catch (error) {
    throw new Error(toFormText(describeError(error)));
  }
}

interface PartProps {
  readonly draft: Draft;
  readonly update: (part: Partial<Draft>) => void;
}

function TypeChoice({ draft, update }: PartProps) {
  return (
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
  );
}

/** The scopes and the resources of a service key. @param props.rulesets the rulesets of its services */
function ServiceKeyRights({ draft, rulesets, update }: PartProps & { readonly rulesets: readonly Ruleset[] }) {
  return (
    <>
      {rulesets.length === 0 && <p class="quiet">Tick a service to see its scopes.</p>}
      {rulesets.map(({ service, grants, resourceTypes = [] }) => (
        <CheckboxGroup
          key={service}
          note={explainCertainties(grants)}
          legend={`Scopes of ${titleOfService(service)}`}
          options={grants.map(({ id, label, onlyOn, certainty }) => ({
            id,
            text: label,
            note: [
              ...(onlyOn === undefined ? [] : [`only with ${formatTypes(onlyOn, resourceTypes)}`]),
              ...(certainty === 'documented' ? [] : [certainty]),
            ].join(', '),
          }))}
          ticked={draft.scopes}
          change={(scopes) => update({ scopes })}
        />
      ))}
      <Resources
        types={rulesets.flatMap(({ resourceTypes = [] }) => resourceTypes)}
        resource={draft.resource}
        change={(resource) => update({ resource })}
      />
    </>
  );
}

/** The rarely used fields. They are open from the start if the key expires. */
function AdvancedFields({ draft, update, isNew }: PartProps & { readonly isNew: boolean }) {
  const [isOpen] = useState(draft.expiresAt !== '');
  return (
    <details open={isOpen}>
      <summary>Advanced</summary>
      <div class="bar">
        {isNew && <Organisation value={draft.org} change={(org) => update({ org })} />}
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
  );
}

/** The label of a button that leaves a key without the resource that it needs. */
const UNBOUND_LABEL = 'Create it without a resource';

/** Returns the label of the submit button. @param widest the resource types that it binds the key to */
function createSubmitLabel(unbound: readonly UnboundService[], widest: readonly string[]): string {
  if (unbound.length === 0) return 'Create the key';
  return widest.length > 0 ? `Create for ${widest.join(' and ')}` : UNBOUND_LABEL;
}

/** Returns the roles that keys can have. Keys have no Run:ai roles. */
function listKeyRoles({ service, roles = [] }: Ruleset): readonly string[] {
  return service === 'runai' ? [] : roles.map(({ name }) => name);
}

/** Explains the certainties shown beside scopes. */
function explainCertainties(grants: Ruleset['grants']): string {
  const certainties = new Set(grants.map(({ certainty }) => certainty).filter((name) => name !== 'documented'));
  return [...certainties].map(describeCertainty).join('; ');
}

/** Returns the labels of resource types. */
function formatTypes(ids: readonly string[], types: NonNullable<Ruleset['resourceTypes']>): string {
  return ids.map((id) => types.find((type) => type.id === id)?.label ?? id).join(', ');
}

/** The choice of an organisation. The first is the control API's default. */
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
  const { label, value, change, ...attributes } = props;
  return (
    <label class="field">
      {label}
      <input maxLength={255} value={value} onInput={handleValue(change)} {...attributes} />
    </label>
  );
}
