import type { KeyResource } from '../../control-api/client.ts';
import { handleValue } from '../../parts/form.tsx';
import { readValue, useLoaded } from '../../parts/loaded.tsx';
import { readFunctions } from '../../state/identities.ts';
import type { Ruleset } from '../../state/rulesets.ts';

/** Chooses the resources that a service key is bound to; several add up. Hidden if no service has resource types. */
export function Resources(props: {
  readonly types: NonNullable<Ruleset['resourceTypes']>;
  readonly resources: readonly KeyResource[];
  readonly change: (resource: readonly KeyResource[]) => void;
}) {
  const { types, resources, change } = props;
  const loaded = useLoaded(readFunctions, []);
  if (types.length === 0) return null;
  const find = (type: string) => types.find(({ id, label }) => type === id || type === label);
  const create = (type: string): KeyResource => (find(type)?.names == null ? { type } : { type, ids: [] });
  return (
    <fieldset>
      <legend>Bound to</legend>
      {resources.map((entry, index) => {
        const { type, ids = [], ignoredIds = [] } = entry;
        const number = resources.length > 1 ? ` ${index + 1}` : '';
        const replace = (next: KeyResource) => change(resources.toSpliced(index, 1, next));
        return (
          <div key={index} class="bar">
            <select
              aria-label={`Resource type${number}`}
              value={find(type)?.label ?? type}
              onChange={handleValue((label) => replace(create(label)))}
            >
              {[...types.map(({ label }) => label), ...(find(type) === undefined ? [type] : [])].map((label) => (
                <option key={label}>{label}</option>
              ))}
            </select>
            {find(type)?.names != null && (
              <input
                aria-label={`Ids${number}`}
                class="grow"
                required={ignoredIds.length === 0}
                list="known-ids"
                placeholder={find(type)?.names ?? ''}
                value={ids.join(', ')}
                onInput={handleValue((text) =>
                  replace({ ...entry, ids: text === '' ? [] : text.split(',').map((id) => id.trim()) }),
                )}
              />
            )}
            {ignoredIds.length > 0 && <p class="hint">Ignored: {ignoredIds.join(', ')}</p>}
            <button type="button" class="small" onClick={() => change(resources.toSpliced(index, 1))}>
              Remove<span class="unseen"> the resource{number}</span>
            </button>
          </div>
        );
      })}
      <button type="button" class="small" onClick={() => change([...resources, create(types[0]?.label ?? '')])}>
        {resources.length === 0 ? 'Choose a resource' : 'Add another resource'}
      </button>
      <datalist id="known-ids">
        {readValue(loaded, []).flatMap(({ name, functionId, versionId }) => [
          <option key={functionId} value={functionId} label={name} />,
          <option key={versionId} value={`${functionId}/${versionId}`} label={`${name}, version`} />,
        ])}
      </datalist>
    </fieldset>
  );
}
