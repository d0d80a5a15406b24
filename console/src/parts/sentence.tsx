import { When } from './when.tsx';

const TIME = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/** A message of the mock with names in backticks. Always rendered as text, never as markup. */
export function Sentence({ text }: { readonly text: string }) {
  // Odd parts are between backticks. An unpaired backtick is plain text.
  const parts = text.split('`');
  if (parts.length % 2 === 0) return <>{text}</>;
  return <>{parts.map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : renderTimes(part)))}</>;
}

/** Renders a string, with its times in the format of the page. */
function renderTimes(text: string) {
  return text.split(TIME).map((part, index) => (index % 2 === 1 ? <When key={index} at={part} /> : part));
}
