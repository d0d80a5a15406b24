import { Pacer } from '../lib/pacer.ts';

/** The depth of objects whose members are rendered one by one: `paths./api/v1/token.post`, `components.schemas.Key`. */
const DEPTH = 2;

/** YAML may write any other key on lines of its own. */
const SIMPLE_KEY = /^[\w/{}.-]{1,200}$/;

/** Renders an object as YAML, with pauses: a whole document would hold the event loop for a quarter of a second. */
export async function renderYaml(document: object): Promise<string> {
  const { stringify } = await import('yaml');
  const pacer = new Pacer();
  const renderMembers = async (object: object, depth: number): Promise<string> => {
    const indentation = '  '.repeat(DEPTH - depth);
    let text = '';
    for (const [name, value] of Object.entries(object)) {
      if (value === undefined) continue;
      if (pacer.isLong) await pacer.pause();
      const isParent = depth > 0 && SIMPLE_KEY.test(name) && isFilledObject(value);
      const whole = stringify({ [name]: isParent ? {} : value });
      const own = isParent ? whole.replace(/ \{\}\n$/, '\n') : whole;
      // Not `^` with `m`, which also matches after separators that are no line breaks of YAML.
      text += own.replaceAll(/(?<=^|\n)(?!\n|$)/g, indentation);
      if (isParent) text += await renderMembers(value, depth - 1);
    }
    return text;
  };
  return renderMembers(document, DEPTH);
}

function isFilledObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
}
