import { ask } from '../../control-api/client.ts';
import type { KeyResource } from '../../control-api/types.ts';
import { handleValue } from '../../parts/handlers.ts';
import { useLoaded } from '../../parts/loaded.tsx';
import type { ResourceType } from '../../state/rulesets.ts';

/** A function in the cast. */
interface NamedFunction {
  readonly name: string;
  readonly functionId: string;
  readonly versionId: string;
}

/** Chooses the resources that a service key is bound to; several add up. Hidden if no service has resource types. */
export function Resources(props: {
  readonly types: readonly ResourceType[];
  readonly resource: readonly KeyResource[];
  readonly change: (resource: readonly KeyResource[]) => void;
}) {
  const { types, resource, change } = props;
  const functions = useLoaded(async () => {
    const { nvcf } = await ask<{ nvcf?: { functions?: readonly NamedFunction[] } }>('GET', '/_mock/cast');
    return nvcf?.functions ?? [];
  }, []);
  if (types.length === 0) return null;
  const replaceAt = (index: number, entry: KeyResource | null) =>
    change(entry === null ? resource.toSpliced(index, 1) : resource.toSpliced(index, 1, entry));
  return (
    <fieldset>
      <legend>Bound to</legend>
      {resource.map((entry, index) => {
        const { type, ids, ignoredIds = [] } = entry;
        const resourceType = types.find(({ id, label }) => type === id || type === label);
        const number = resource.length > 1 ? ` ${index + 1}` : '';
        return (
          <div key={index} class="bar">
            <label>
              <span class="unseen">Resource type{number}</span>
              <select
                value={resourceType?.label ?? type}
                onChange={handleValue((value) => replaceAt(index, createResource(value, types)))}
              >
                {types.map(({ id, label }) => (
                  <option key={id}>{label}</option>
                ))}
                {resourceType === undefined && <option>{type}</option>}
              </select>
            </label>
            {resourceType?.names != null && (
              <label class="grow">
                <span class="unseen">Ids{number}</span>
                <input
                  required={ignoredIds.length === 0}
                  list="known-ids"
                  placeholder={resourceType.names}
                  value={(ids ?? []).join(', ')}
                  onInput={handleValue((value) => replaceAt(index, { ...entry, ids: parseIds(value) }))}
                />
              </label>
            )}
            {ignoredIds.length > 0 && <p class="hint">Ignored: {ignoredIds.join(', ')}</p>}
            <button type="button" class="small" onClick={() => replaceAt(index, null)}>
              Remove<span class="unseen"> the resource{number}</span>
            </button>
          </div>
        );
      })}
      <button
        type="button"
        class="small"
        onClick={() => change([...resource, createResource(types[0]?.label ?? '', types)])}
      >
        {resource.length === 0 ? 'Choose a resource' : 'Add another resource'}
      </button>
      <datalist id="known-ids">
        {functions !== null &&
          'value' in functions &&
          functions.value.flatMap(({ name, functionId, versionId }) => [
            <option key={functionId} value={functionId}>
              {name}
            </option>,
            <option key={versionId} value={`${functionId}/${versionId}`}>
              {name}, version
            </option>,
          ])}
      </datalist>
    </fieldset>
  );
}

/** Returns the ids in a field, which are separated by commas. */
function parseIds(text: string): string[] {
  return text === '' ? [] : text.split(',').map((entry) => entry.trim());
}

/** Returns a resource of a type, with an empty id to enter if the type has ids. */
function createResource(label: string, types: readonly ResourceType[]): KeyResource {
  const names = types.find((type) => type.label === label)?.names;
  return names == null ? { type: label } : { type: label, ids: [''] };
}
