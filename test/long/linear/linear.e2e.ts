import { expect, it } from 'vitest';
import { SETS } from '../fuzz/sets.ts';
import { linear } from './linear.ts';

/** One of each kind of input; `npm run fuzz:linear` sends all. */
const SHARE: readonly RegExp[] = [
  /^createFunction: (?:body name of "a"|number of tags|number of members|text of JSON of "\["|name of a member)/,
  /^createFunction: (?:header (?:authorization Bearer|cookie|content-type|host) .*of "a"|number of)/,
  /^simulations_list: query (?:search|name|ordering)/,
  /^simulations_get: path \{id\} of "%41"/,
  /^simulations_parse: body topology_data in DOT (?:a \[\.\.\]; of "(?:a|a=b,)"|\.\. of)/,
  /^grant_realm_token: (?:number of members|text of a form of "a=b&"|body scope of " \\t")/,
  /^create_key: number of scopes/,
];
const OPERATIONS = [...new Set(SHARE.map(({ source }) => source.slice(1, source.indexOf(':'))))];
const [, versions] = Object.values(SETS);

it('every kind of input takes at most linear time', async () => {
  if (versions === undefined) throw new Error('there are no versions');
  const wanted = ({ name }: { readonly name: string }) => SHARE.some((one) => one.test(name));
  const { inputs, worse } = await linear({ versions, only: OPERATIONS, wanted });

  expect(inputs).toBeGreaterThan(20);
  expect(worse).toEqual([]);
});
