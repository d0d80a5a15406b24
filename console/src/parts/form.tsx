import type { ComponentChildren, ComponentType } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Sentence } from './sentence.tsx';

/** A field of a form. An error is shown below it, and opens the details that hide it. */
export function Field(props: {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly change: (value: string) => void;
  readonly error?: string | undefined;
  readonly suggestions?: readonly string[];
  readonly tag?: 'select' | 'textarea';
  readonly type?: 'number' | 'datetime-local';
  readonly required?: boolean;
  readonly placeholder?: string;
  readonly rows?: number;
  readonly children?: ComponentChildren;
}) {
  const { label, name, change, error, suggestions, tag = 'input', children, ...attributes } = props;
  // A tag name in a variable has no type of attributes in JSX.
  const Control = tag as unknown as ComponentType<Readonly<Record<string, unknown>>>;
  const field = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error !== undefined) field.current?.closest('details')?.setAttribute('open', '');
  }, [error]);
  return (
    <div ref={field} class="field">
      <label for={`field-${name}`}>{label}</label>
      <Control
        id={`field-${name}`}
        name={name}
        autocomplete="off"
        spellcheck={false}
        onInput={({ currentTarget }: { readonly currentTarget: { readonly value: string } }) =>
          change(currentTarget.value)
        }
        {...attributes}
        {...(attributes.type === 'datetime-local' && { step: 1, max: '9999-12-31T23:59:59' })}
        {...(suggestions && { list: `suggestions-${name}` })}
        {...(error !== undefined && { 'aria-invalid': true, 'aria-describedby': `wrong-${name}` })}
      >
        {children}
      </Control>
      {suggestions && (
        <datalist id={`suggestions-${name}`}>
          {[...new Set(suggestions)].map((text) => (
            <option key={text} value={text} />
          ))}
        </datalist>
      )}
      {error !== undefined && (
        <p id={`wrong-${name}`} class="fault" role="alert">
          <Sentence text={error} />
        </p>
      )}
    </div>
  );
}

/** A checkbox or, in the group of a name, a radio button. */
export function Tick(props: {
  readonly group?: string;
  readonly label: string;
  readonly note?: string | undefined;
  readonly checked: boolean;
  readonly change: (isTicked: boolean) => void;
}) {
  const { group, label, note, checked, change } = props;
  return (
    <label class="tick">
      <input
        type={group === undefined ? 'checkbox' : 'radio'}
        name={group}
        checked={checked}
        onChange={({ currentTarget }) => change(currentTarget.checked)}
      />
      <span>
        {label}
        {note && <small class="quiet"> ({note})</small>}
      </span>
    </label>
  );
}

export function Search(props: {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string | undefined;
  readonly change: (text: string) => void;
}) {
  const { label, placeholder, value = '', change } = props;
  return (
    <label>
      <span class="unseen">{label}</span>
      <input type="search" placeholder={placeholder} maxLength={200} value={value} onInput={handleValue(change)} />
    </label>
  );
}

export type SelectOption = readonly [value: string, text: string];

/** Returns the options of a select. @param noneLabel the label of a first option with an empty value; none by default */
export function createOptions(options: readonly SelectOption[], noneLabel?: string): ComponentChildren {
  const all: readonly SelectOption[] = noneLabel === undefined ? options : [['', noneLabel], ...options];
  return all.map(([value, text]) => (
    <option key={value} value={value}>
      {text}
    </option>
  ));
}

/**
 * A choice of the entries of a list, without a visible label. It has the chosen value even if no entry has it.
 *
 * @param props.anyLabel the choice of all entries
 * @param props.values undefined until loaded
 */
export function FilterSelect(props: {
  readonly label: string;
  readonly anyLabel: string;
  readonly value: string | undefined;
  readonly values: readonly string[] | undefined;
  readonly titleOf?: ((value: string) => string) | undefined;
  readonly change: (value: string) => void;
}) {
  const { label, anyLabel, value = '', values, titleOf = (each: string) => each, change } = props;
  const all = new Set(values).add(value);
  all.delete('');
  return (
    <select aria-label={label} disabled={values === undefined} value={value} onChange={handleValue(change)}>
      {createOptions(
        [...all].map((each) => [each, titleOf(each)]),
        anyLabel,
      )}
    </select>
  );
}

interface FieldEvent {
  readonly currentTarget: { readonly value: string };
}

export function handleValue(change: (value: string) => void): (event: FieldEvent) => void {
  return (event) => change(event.currentTarget.value);
}

/** Returns a handler for `onSubmit` that runs an action in place of the submission by the browser. */
export function handleSubmit(action: (form: HTMLFormElement) => void): (event: Event) => void {
  return (event) => {
    event.preventDefault();
    action(event.currentTarget as HTMLFormElement);
  };
}
