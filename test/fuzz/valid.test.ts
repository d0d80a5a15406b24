import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundsOf, seedNumberOf } from '../support/properties.ts';
import { FuzzBatch } from './batch.ts';
import { SETS } from './sets.ts';
import type { Versions } from './world.ts';

/** Requests for each operation, if all are tried. */
const REQUESTS = 8;

/** Statuses of requests whose form is at fault. */
const OF_FORM = [400, 413, 414, 415, 422];

/**
 * Sentences of refusals whose form is fine: something that does not exist, is not in the state for it, or does not go
 * with something else. Documents cannot say these things.
 */
const NOT_OF_FORM: readonly RegExp[] = [
  // References.
  /names? an? unknown|names nobody|names `[^`]+`, which is not|does not exist|no accepted credential has the name/,
  /names the unknown (?:principal|scope|role|resource type|organisation)/,
  /there is no (?:reason|service)|no operation is called|HTTP has no status|can never match|Not found in the/,
  /must be the id of an entry of this list|must be the `next` of an earlier answer|must name a caller/,
  /names no client|is not one of `|is not a redirect URI of|no operation has the path/,
  // Credentials, codes and passwords.
  /is not valid\.|is not a valid (?:code|token)|is wrong|differs from that|mapped to account/,
  // State, and the time of the world.
  /cannot [a-z ]+ while|is (?:not )?published|refers to it|is predefined|Already deployed|Missing secrets/,
  /already has a|broken out|has no open request|must be another organisation|additional specification requires/,
  /must not be before now|must be after now|must be in the future|leads beyond the year|before the year 9999/,
  /no image to use|not a local user|no document says|not every operation has the status|happens at once|affects everybody/,
  // One member beside another one, or beside the object.
  /must not be (?:greater|above|longer) than|must not be above|as the path says|list the parts in order|has \d+ parts/,
  /must be two interfaces of one simulation|is known only after the request|names objects as|only (?:service|personal) keys have it/,
  // Run:ai publishes no field as required, because that depends on the grant.
  /is missing; the grant `\w+` needs it/,
  // Content in a language of its own: DOT, the JSON of a topology, SSH keys, seeds.
  /Field `content[^`]*` is not valid|must be a complete `ssh-ed25519` or `ssh-rsa` key|Field `seed`/,
  // A duration is a text, which has no maximum.
  /of at most 5 minutes|at most a year|at most 60 s/,
];

/** The text of an answer; of a page, its message. */
function messageOf(text: string): string {
  const [, alert = text] = /role="alert">(.*?)<\/p>/s.exec(text) ?? [];
  return alert.replaceAll(/<\/?code>/g, '`').slice(0, 600);
}

/** What ends rights or objects comes last, so that the others still have theirs. */
function rankOf({ method }: { readonly method: string }): number {
  return ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].indexOf(method);
}

/** An alias has the operation and its schemas. */
const isAlias = ({ id }: { readonly id: string }) => id.endsWith('_alias');

describe('a request that is valid by its document is never refused for its form', () => {
  const everything = process.env['PROPERTY_ROUNDS'] === 'all';

  it.each(everything ? Object.keys(SETS) : ['2.24, dsx, open-source'])('%s', { timeout: 120_000 }, async (name) => {
    const batch = await FuzzBatch.open(SETS[name] as Versions);
    await batch.prepare(seedNumberOf(7));
    batch.freeze();
    const refused: string[] = [];
    let sent = 0;
    for (const operation of [...batch.operations].sort((one, other) => rankOf(one) - rankOf(other))) {
      if (isAlias(operation)) continue;
      const values = { numRuns: roundsOf(REQUESTS), seed: seedNumberOf(34) };
      for (const request of fc.sample(batch.validRequestsOf(operation), values)) {
        const { status, text } = await batch.send(request);
        sent += 1;
        if (!OF_FORM.includes(status) || NOT_OF_FORM.some((sentence) => sentence.test(messageOf(text)))) continue;
        refused.push(`${operation.id}: ${messageOf(text)}\n${request.method} ${request.url} ${request.payload}`);
      }
    }
    await batch.close();

    expect(refused).toEqual([]);
    expect(sent).toBeGreaterThan(500);
  });
});
