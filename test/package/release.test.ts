import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../scripts/release-check.mjs';

const RIGHT = {
  tag: 'v1.2.3',
  manifest: { version: '1.2.3' },
  lock: { version: '1.2.3' },
  changelog: '# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2027-01-31\n',
};

describe('a tag', () => {
  it('is released if its version and the changelog match', () => {
    expect(faultsOf(RIGHT)).toEqual([]);
  });

  it.each([
    ['another version in package.json', { manifest: { version: '1.2.2' } }, 'package.json has the version 1.2.2'],
    ['another version in package-lock.json', { lock: { version: '1.2.2' } }, 'package-lock.json has the version 1.2.2'],
    ['no section in the changelog', { changelog: '## [Unreleased]\n' }, 'no section `## [1.2.3] - `'],
    ['a section without a date', { changelog: '## [1.2.3] - Unreleased\n' }, 'no section `## [1.2.3] - `'],
    ['a tag that is not a version', { tag: '1.2.3' }, 'the tag is `1.2.3`'],
    ['a tag of a prerelease, which npm would publish as latest', { tag: 'v1.2.3-rc.1' }, 'v1.2.3-rc.1'],
  ])('is not released with %s', (_, more, fault) => {
    expect(faultsOf({ ...RIGHT, ...more })).toEqual([expect.stringContaining(fault)]);
  });
});
