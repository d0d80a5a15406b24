/** A sentence of the mock, in which names stand between backticks. It is shown as text, whoever wrote it. */
export function Sentence({ text }: { readonly text: string }) {
  // Between two backticks, every other part is a name. An odd one is a character like others.
  const parts = text.split('`');
  if (parts.length % 2 === 0) return <>{text}</>;
  return <>{parts.map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>;
}
