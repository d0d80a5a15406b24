/** A checkbox of a group. */
export interface CheckboxOption {
  readonly id: string;
  readonly text: string;
  /** Shown in parentheses after the text. */
  readonly note?: string;
}

/** A group of checkboxes. Ticked values without an option are kept. */
export function CheckboxGroup(props: {
  readonly legend: string;
  readonly options: readonly CheckboxOption[];
  readonly ticked: readonly string[];
  /** Explains words used in the options. */
  readonly note?: string;
  readonly change: (ticked: readonly string[]) => void;
}) {
  const { legend, options, ticked, note = '', change } = props;
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div class="ticks">
        {options.map(({ id, text, note: optionNote = '' }) => (
          <label key={id} class="tick">
            <input
              type="checkbox"
              checked={ticked.includes(id)}
              onChange={(event) =>
                change(event.currentTarget.checked ? [...ticked, id] : ticked.filter((value) => value !== id))
              }
            />
            <span>
              {text}
              {optionNote !== '' && <small class="quiet"> ({optionNote})</small>}
            </span>
          </label>
        ))}
      </div>
      {note !== '' && <small class="quiet">{note}</small>}
    </fieldset>
  );
}
