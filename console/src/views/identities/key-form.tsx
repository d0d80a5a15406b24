import { useState } from 'preact/hooks';
import { addressOfView, choices, goLater } from '../../address.ts';
import { ask, type KeyOrder, type KeyWithSecret } from '../../control-api/client.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { describeCertainty } from '../../parts/certainty.ts';
import { findField } from '../../parts/field-error.ts';
import { createOptions, Field, handleSubmit, Tick } from '../../parts/form.tsx';
import { describeError, useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { titleOfService } from '../../parts/service.ts';
import { convertToZone, nameZone, parseInZone } from '../../parts/time.ts';
import { reportChange } from '../../state/changes.ts';
import { editKey } from '../../state/edit-key.ts';
import { readIdentities, readOrganizations } from '../../state/identities.ts';
import { type NgcKey, readKeys, rememberKeyText, savedKey } from '../../state/keys.ts';
import { keyServiceNameOf, type Ruleset, readRuleset, readServices } from '../../state/rulesets.ts';
import { offerUndo } from '../../state/undo.ts';
import {
  createDraft,
  draftOfKey,
  FORCE_LABEL,
  findMissingResources,
  listResources,
  toEdit,
  toFormText,
  toOrder,
} from './draft.ts';
import { DraftEffects } from './draft-effects.tsx';
import { Resources } from './resources.tsx';
import { sendFirstRequest } from './saved-key.tsx';

/** A form that creates or edits an NGC key, like the vendor's. The effects of the key are beside it. */
export function KeyForm({ edited }: { readonly edited: NgcKey | null }) {
  const loaded = useLoaded(async () => {
    const [services, keys, organizations] = await Promise.all([readServices(), readKeys(), readOrganizations()]);
    const draft = edited === null ? createDraft(choices.value, keys) : draftOfKey(edited);
    return { rulesets: await Promise.all(services.map(readRuleset)), organizations, draft };
  }, []);
  return (
    <>
      <h2>{edited === null ? 'New key' : `Edit ${edited.name}`}</h2>
      <WhenLoaded loaded={loaded}>{(initial) => <Fields {...initial} edited={edited} />}</WhenLoaded>
    </>
  );
}

function Fields(props: {
  readonly rulesets: readonly Ruleset[];
  readonly organizations: readonly string[];
  readonly draft: KeyOrder;
  readonly edited: NgcKey | null;
}) {
  const { rulesets, organizations, edited } = props;
  const [draft, setDraft] = useState(props.draft);
  const [isTried, setTried] = useState(true);
  const act = useAct();
  const { type, services, scopes = [], roles = [], force } = draft;
  const isNew = edited === null;
  const isService = type === 'service';
  const update = (part: Partial<KeyOrder>) => {
    act.clear();
    setDraft((last) => ({ ...last, ...part }));
  };
  const keyServices = rulesets.flatMap((ruleset) => {
    const id = keyServiceNameOf(ruleset, type);
    return id === undefined ? [] : [{ id, text: titleOfService(ruleset.service), ruleset }];
  });
  const ticked = keyServices.filter(({ id }) => services.includes(id)).map(({ ruleset }) => ruleset);
  const missing = isNew ? findMissingResources(draft, ticked) : [];
  // The preview shows the key that the main button saves.
  const bound = missing?.length
    ? { ...draft, resource: [...listResources(draft), ...missing.map((label) => ({ type: label }))] }
    : draft;
  const submit = (order: KeyOrder) =>
    act.run(() => saveKey(edited, isNew ? toOrder(order) : toEdit(order, props.draft), isTried));
  const refusal = act.feedback?.isFault ? act.feedback.text : undefined;
  const wrong = findField(refusal, ['name', 'user', 'expiresAt']);
  const bind = (member: 'name' | 'user' | 'org' | 'expiresAt') => ({
    name: member,
    value: draft[member] ?? '',
    change: (text: string) => update({ [member]: text }),
    error: wrong === member ? refusal : undefined,
  });
  return (
    <form class="key-form" onSubmit={handleSubmit(() => void submit(bound))}>
      <div>
        {isNew && (
          <fieldset>
            <legend>Type</legend>
            <div class="columns">
              {(
                [
                  ['service', 'Service key', 'has scopes'],
                  ['personal', 'Personal key', 'has the roles of its user'],
                ] as const
              ).map(([id, label, note]) => (
                <Tick
                  key={id}
                  group="type"
                  label={label}
                  note={note}
                  checked={type === id}
                  change={() => update({ type: id })}
                />
              ))}
            </div>
          </fieldset>
        )}
        <div class="columns">
          <Field {...bind('name')} label="Name" required />
          {isNew && !isService && <Field {...bind('user')} label="User" placeholder="a new one" />}
        </div>
        <Checkboxes
          legend="Services"
          options={keyServices}
          ticked={services}
          change={(next) => update({ services: next })}
        />
        {isService && ticked.length === 0 && <p class="quiet">Tick a service to see its scopes.</p>}
        {isService &&
          ticked.map(({ service, grants, resourceTypes = [] }) => (
            <Checkboxes
              key={service}
              legend={`Scopes of ${titleOfService(service)}`}
              note={listCertainties(grants).map(describeCertainty).join('; ')}
              options={grants.map(({ id, label, onlyOn = [], certainty }) => {
                const labels = onlyOn.map((resource) => resourceTypes.find((each) => each.id === resource)?.label);
                const limit = labels.length > 0 && `only with ${labels.join(', ')}`;
                return {
                  id,
                  text: label,
                  note: [limit, ...listCertainties([{ certainty }])].filter(Boolean).join(', '),
                };
              })}
              ticked={scopes}
              change={(next) => update({ scopes: next })}
            />
          ))}
        {isService ? (
          <Resources
            types={ticked.flatMap(({ resourceTypes = [] }) => resourceTypes)}
            resources={listResources(draft)}
            change={(resource) => update({ resource })}
          />
        ) : (
          <Checkboxes
            legend="Roles of its user"
            options={listKeyRoles(rulesets).map((role) => ({ id: role, text: role }))}
            ticked={roles}
            change={(next) => update({ roles: next })}
          />
        )}
        <details open={Boolean(props.draft.expiresAt)}>
          <summary>Advanced</summary>
          <div class="columns">
            {isNew && (
              <Field {...bind('org')} label="Organisation" tag="select" value={draft.org ?? organizations[0] ?? ''}>
                {createOptions(organizations.map((each) => [each, each]))}
              </Field>
            )}
            <Field
              {...bind('expiresAt')}
              label={`Expires (${nameZone()})`}
              type="datetime-local"
              value={convertToZone(draft.expiresAt ?? '').slice(0, 19)}
              change={(text) => update({ expiresAt: text && parseInZone(text) })}
            />
          </div>
          <Tick label={FORCE_LABEL} checked={force === true} change={(isForced) => update({ force: isForced })} />
        </details>
        <div class="submit">
          <button type="submit" class="main" disabled={act.isBusy}>
            {isNew ? createSubmitLabel(missing) : 'Save changes'}
          </button>
          {missing !== null && missing.length > 0 && (
            <button type="button" class="link" disabled={act.isBusy} onClick={() => submit(draft)}>
              {UNBOUND_LABEL}
            </button>
          )}
          {isNew && <Tick label="Send a first request with it" checked={isTried} change={setTried} />}
          {wrong === undefined ? <Feedback act={act} /> : <p class="fault">Correct the marked field.</p>}
        </div>
      </div>
      <DraftEffects draft={bound} rulesets={ticked} />
    </form>
  );
}

/** Creates the key or edits it, and opens its panel. @throws Error with a message for the form */
async function saveKey(edited: NgcKey | null, body: object, isTried: boolean): Promise<void> {
  const goOn = goLater('make', 'edit', 'who');
  const save = async () => {
    if (edited === null) {
      const created = await ask<KeyWithSecret>('POST', '/_mock/keys', body);
      rememberKeyText(created.id, created.key);
      return { ...created, request: isTried ? await sendFirstRequest(created) : null };
    }
    const { key, undo } = await editKey(edited.id, body);
    offerUndo(undo);
    return { ...key, request: null };
  };
  const saved = await save().catch((error: unknown) => {
    throw new Error(toFormText(describeError(error)));
  });
  savedKey.value = { ...saved, isNew: edited === null };
  reportChange('keys', 'clock');
  // The list has the key by the time that its panel opens.
  await readIdentities();
  const { text, api, kind } = choices.value;
  goOn(addressOfView('identities', { text, api, kind, who: saved.id }));
}

const UNBOUND_LABEL = 'Create it without a resource';

/** @param missing the resource types that the button binds the key to; null if there are none for its scopes */
function createSubmitLabel(missing: readonly string[] | null): string {
  if (missing === null) return UNBOUND_LABEL;
  return missing.length === 0 ? 'Create the key' : `Create for ${missing.join(' and ')}`;
}

/** Keys have no Run:ai roles. */
function listKeyRoles(rulesets: readonly Ruleset[]): readonly string[] {
  const names = rulesets.flatMap(({ service, roles = [] }) =>
    service === 'runai' ? [] : roles.map(({ name }) => name),
  );
  return [...new Set(names)];
}

/** Returns the certainties that a reader should know of. */
function listCertainties(grants: readonly Pick<Ruleset['grants'][number], 'certainty'>[]) {
  return [...new Set(grants.map(({ certainty }) => certainty))].filter((certainty) => certainty !== 'documented');
}

/** A group of checkboxes. Ticked values without an option are kept. */
function Checkboxes(props: {
  readonly legend: string;
  readonly options: readonly { readonly id: string; readonly text: string; readonly note?: string }[];
  readonly ticked: readonly string[];
  readonly note?: string;
  readonly change: (ticked: readonly string[]) => void;
}) {
  const { legend, options, ticked, note, change } = props;
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div class="columns">
        {options.map((option) => (
          <Tick
            key={option.id}
            label={option.text}
            note={option.note}
            checked={ticked.includes(option.id)}
            change={(isTicked) => change(isTicked ? [...ticked, option.id] : ticked.filter((id) => id !== option.id))}
          />
        ))}
      </div>
      {note && <small class="quiet">{note}</small>}
    </fieldset>
  );
}
