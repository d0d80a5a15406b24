/** Something that can be ticked. */
export interface Option {
  readonly id: string;
  readonly text: string;
  /** What else is to be known about it. */
  readonly also?: string;
}

/** Tick boxes; what is ticked and no option is kept. */
export function Ticks(props: {
  readonly legend: string;
  readonly options: readonly Option[];
  readonly ticked: readonly string[];
  /** Explains words of the options. */
  readonly note?: string;
  readonly change: (ticked: readonly string[]) => void;
}) {
  const { legend, options, ticked, note = '', change } = props;
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div class="ticks">
        {options.map(({ id, text, also = '' }) => (
          <label key={id} class="tick">
            <input
              type="checkbox"
              checked={ticked.includes(id)}
              onChange={(event) =>
                change(event.currentTarget.checked ? [...ticked, id] : ticked.filter((one) => one !== id))
              }
            />
            <span>
              {text}
              {also !== '' && <small class="quiet"> ({also})</small>}
            </span>
          </label>
        ))}
      </div>
      {note !== '' && <small class="quiet">{note}</small>}
    </fieldset>
  );
}
