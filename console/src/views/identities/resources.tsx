import { ask } from '../../control-api/client.ts';
import type { KeyResource } from '../../control-api/types.ts';
import { useLoaded } from '../../parts/loaded.tsx';
import type { ResourceType } from '../../state/rulesets.ts';

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
  const put = (at: number, one: KeyResource | null) =>
    change(one === null ? resource.toSpliced(at, 1) : resource.toSpliced(at, 1, one));
  return (
    <fieldset>
      <legend>Bound to</legend>
      {resource.map((one, at) => {
        const { type, ids, ignoredIds = [] } = one;
        const form = types.find(({ id, label }) => type === id || type === label);
        const number = resource.length > 1 ? ` ${at + 1}` : '';
        return (
          <div key={at} class="bar">
            <label>
              <span class="unseen">Resource type{number}</span>
              <select
                value={form?.label ?? type}
                onChange={({ currentTarget: { value } }) => put(at, resourceOf(value, types))}
              >
                {types.map(({ id, label }) => (
                  <option key={id}>{label}</option>
                ))}
                {form === undefined && <option>{type}</option>}
              </select>
            </label>
            {form?.names != null && (
              <label class="grow">
                <span class="unseen">Ids{number}</span>
                <input
                  required={ignoredIds.length === 0}
                  list="known-ids"
                  placeholder={form.names}
                  value={(ids ?? []).join(', ')}
                  onInput={({ currentTarget: { value } }) => put(at, { ...one, ids: idsIn(value) })}
                />
              </label>
            )}
            {ignoredIds.length > 0 && <p class="hint">Ignored: {ignoredIds.join(', ')}</p>}
            <button type="button" class="small" onClick={() => put(at, null)}>
              Remove<span class="unseen"> the resource{number}</span>
            </button>
          </div>
        );
      })}
      <button
        type="button"
        class="small"
        onClick={() => change([...resource, resourceOf(types[0]?.label ?? '', types)])}
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

function idsIn(text: string): string[] {
  return text === '' ? [] : text.split(',').map((one) => one.trim());
}

function resourceOf(label: string, types: readonly ResourceType[]): KeyResource {
  const names = types.find((type) => type.label === label)?.names;
  return names == null ? { type: label } : { type: label, ids: [''] };
}
