import { handleValue } from './handlers.ts';
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
