import type { ComponentChildren, ComponentType } from 'preact';
import { Sentence } from '../../parts/sentence.tsx';
import type { FieldError } from './draft.ts';

/** The attributes of the input or select of a field. */
export interface FieldProps {
  readonly tag?: 'select' | 'textarea';
  readonly type?: 'number' | 'checkbox';
  readonly placeholder?: string;
  readonly value?: string;
  readonly defaultValue?: string;
  readonly defaultChecked?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly step?: 'any';
  readonly rows?: number;
  readonly onInput?: (event: { readonly currentTarget: { readonly value: string } }) => void;
  readonly onChange?: (event: { readonly currentTarget: { readonly value: string } }) => void;
  /** Suggestions. */
  readonly options?: readonly string[];
  /** Shown below the field unless it has an error. */
  readonly hint?: string;
  readonly children?: ComponentChildren;
}

/** A field with its label, suggestions and error. */
export function Field(
  props: FieldProps & { readonly name: string; readonly label: string; readonly error: FieldError | null },
) {
  const { name, label, error, options, hint, children, tag = 'input', ...attributes } = props;
  const hasError = error?.field === name;
  // A tag name in a variable has no type of attributes in JSX.
  const defaults = { id: `fault-${name}`, name, autocomplete: 'off', spellcheck: false };
  const Control = tag as unknown as ComponentType<object>;
  return (
    <div class="field">
      <label for={`fault-${name}`}>{label}</label>
      <Control
        {...defaults}
        {...attributes}
        {...(options && { list: `options-${name}` })}
        {...(hasError && { 'aria-invalid': true, 'aria-describedby': `wrong-${name}` })}
      >
        {children}
      </Control>
      {options && (
        <datalist id={`options-${name}`}>
          {[...new Set(options)].map((option) => (
            <option key={option} value={option} />
          ))}
        </datalist>
      )}
      {hasError ? (
        <p id={`wrong-${name}`} class="fault" role="alert">
          <Sentence text={error.text} />
        </p>
      ) : (
        hint && <p class="quiet">{hint}</p>
      )}
    </div>
  );
}
