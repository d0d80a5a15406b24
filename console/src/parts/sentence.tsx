import { When } from './when.tsx';

/** A time as RFC 3339 writes it. */
const TIME = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/** A sentence of the mock, in which names stand between backticks. It is shown as text, whoever wrote it. */
export function Sentence({ text }: { readonly text: string }) {
  // Between two backticks, every other part is a name. An odd one is a character like others.
  const parts = text.split('`');
  if (parts.length % 2 === 0) return <>{text}</>;
  return <>{parts.map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : withTimes(part)))}</>;
}

/** Times in a sentence are written as everywhere on the page. */
function withTimes(text: string) {
  return text.split(TIME).map((part, index) => (index % 2 === 1 ? <When key={part} at={part} /> : part));
}
