import { readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bundledOf } from '../../scripts/bundled.mjs';
import { emptyFolder } from '../support/folder.ts';
import { write } from '../support/package.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');

interface Component {
  readonly 'bom-ref': string;
  readonly type: string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly scope: string;
  readonly purl: string;
  readonly licenses: readonly { readonly license?: { readonly id: string }; readonly expression?: string }[];
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

const MANIFEST = JSON.parse(text('package.json'));
const SBOM = JSON.parse(text('dist/sbom.cdx.json'));
const COMPONENTS: readonly Component[] = SBOM.components;
const NOTICES = text('dist/THIRD-PARTY-NOTICES.txt').split(`\n${'-'.repeat(80)}\n`);

const purlOf = ({ name, version }: { readonly name: string; readonly version: string }) =>
  `pkg:npm/${name.replace('@', '%40')}@${version}`;

/** The folders of packages, by the lines that the bundler writes above each module. */
const ofServer = readdirSync(join(ROOT, 'dist'))
  .filter((file) => /\.c?js$/.test(file))
  .flatMap((file) => [...text(`dist/${file}`).matchAll(/^\/\/ (\S*node_modules\/(?:@[^/\s]+\/)?[^/\s]+)\//gm)])
  .map(([, folder = '']) => folder);

/** Those of the console, whose script has no such lines, by its map. */
const ofConsole = (JSON.parse(text('dist/console/console.js.map')).sources as string[]).flatMap(
  (source) => /node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source) ?? [],
);

/** The packages whose code is in the files of the build. */
const BUNDLED = new Set(
  [...ofServer, ...ofConsole].map((folder) => purlOf(JSON.parse(text(`${folder}/package.json`)))),
);

describe('the bill of materials', () => {
  const isBundled = ({ properties = [] }: Component) =>
    properties.some(({ name, value }) => name === 'cdx:npm:package:bundled' && value === 'true');

  it('lists exactly the packages in the bundle', () => {
    // Their code is there, and no module has their name.
    const nameless = [/^pkg:npm\/rolldown@/, /^pkg:npm\/swagger-ui-dist@/];
    const reported = COMPONENTS.filter(isBundled).map(({ purl }) => purl);

    expect(BUNDLED.size).toBeGreaterThan(30);
    expect(reported.filter((purl) => !nameless.some((form) => form.test(purl)))).toEqual([...BUNDLED].sort());
    for (const form of nameless) expect(reported.filter((purl) => form.test(purl))).toHaveLength(1);
  });

  it('names the package and its version', () => {
    const { component } = SBOM.metadata;

    expect(component).toMatchObject({
      type: 'application',
      name: 'nv-auth-mock',
      version: MANIFEST.version,
      purl: purlOf(MANIFEST),
      licenses: [{ license: { id: 'Apache-2.0' } }],
    });
    expect(component.externalReferences.map(({ url }: { url: string }) => url)).toEqual([
      MANIFEST.repository.url,
      MANIFEST.homepage,
      MANIFEST.bugs.url,
    ]);
  });

  it('lists the required and the optional peers', () => {
    const { packages } = JSON.parse(text('package-lock.json'));
    const scopes = new Map(COMPONENTS.map(({ purl, scope }) => [purl, scope]));
    const scopeOf = (name: string) =>
      scopes.get(purlOf({ name, version: packages[`node_modules/${name}`].version as string }));

    expect(MANIFEST.dependencies).toBeUndefined();
    expect(Object.keys(MANIFEST.optionalDependencies).map(scopeOf)).toEqual(['optional']);
    const others = ['bindings', 'file-uri-to-path', 'pg', 'pg-protocol', 'xtend'];
    expect(others.map(scopeOf)).toEqual(others.map(() => 'optional'));
    expect(['vitest', 'typescript'].map(scopeOf)).toEqual([undefined, undefined]);
  });

  it('has the required members of CycloneDX 1.6, and is reproducible', () => {
    expect(SBOM).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 });
    expect(JSON.stringify(SBOM)).not.toMatch(/"(?:serialNumber|timestamp)"/);
    for (const component of COMPONENTS) {
      const { type, group, name, version, purl, licenses, hashes = [] } = component;
      const whole = group === undefined ? name : `${group}/${name}`;

      expect([type, purl, component['bom-ref']]).toEqual(['library', purlOf({ name: whole, version }), purl]);
      expect(licenses, purl).toEqual([expect.toSatisfy(isLicense)]);
      for (const { alg, content } of hashes) expect([alg, content]).toEqual(['SHA-512', expect.toSatisfy(isSha512)]);
    }
    // Its tarball is not what was installed.
    expect(COMPONENTS.filter(({ hashes }) => hashes === undefined).map(({ name }) => name)).toEqual([
      'swagger-ui-dist',
    ]);
  });

  it('connects the package with every component', () => {
    const needs = new Map<string, readonly string[]>(
      SBOM.dependencies.map(({ ref, dependsOn }: { ref: string; dependsOn: string[] }) => [ref, dependsOn]),
    );
    const reached = new Set([purlOf(MANIFEST)]);
    for (const ref of reached) for (const need of needs.get(ref) ?? []) reached.add(need);
    const refs = [purlOf(MANIFEST), ...COMPONENTS.map(({ purl }) => purl)];

    expect(new Set(refs).size).toBe(refs.length);
    expect([...needs.keys()]).toEqual(refs);
    expect([...reached].sort()).toEqual(refs.toSorted());
  });

  function isLicense(choice: Component['licenses'][number]): boolean {
    return choice.license === undefined ? / OR /.test(choice.expression ?? '') : /^[\w.-]+$/.test(choice.license.id);
  }

  function isSha512(content: string): boolean {
    return /^[0-9a-f]{128}$/.test(content);
  }
});

describe('the notices', () => {
  it('have the license of every package in the bundle', () => {
    const bundled = COMPONENTS.filter(({ properties }) => properties !== undefined);
    const words =
      /Permission is hereby granted|Permission to use, copy, modify|Redistribution and use|Apache License|Blue Oak Model License/;
    const reported = NOTICES.map((notice) => {
      const [heading = '', , ...license] = notice.split('\n');
      const [, name = '', version = ''] = /^(\S+) (\S+) \(.+\)$/.exec(heading) ?? [];

      expect(license.join('\n'), heading).toMatch(words);
      expect(license.join('\n'), heading).toMatch(/copyright/i);
      return purlOf({ name, version });
    });

    expect(reported.toSorted()).toEqual(bundled.map(({ purl }) => purl));
  });

  it('have license texts of their own only for packages without one', () => {
    const held = readdirSync(join(ROOT, 'scripts/licenses'));

    expect(held.length).toBeGreaterThan(0);
    for (const file of held) {
      const ours = text(`scripts/licenses/${file}`).trim();
      const [, name = '', version = ''] = /^(.+)-(\d+\.\d+\.\d+)\.txt$/.exec(file) ?? [];

      expect(
        NOTICES.filter((notice) => notice.startsWith(`${name} ${version} (`) && notice.includes(ours)),
      ).toHaveLength(1);
    }
  });

  it('are not written if a license text is missing, and the build names its path', async () => {
    const home = await emptyFolder();
    const plugin = join(home, 'node_modules/@fastify/swagger-ui');
    await mkdir(join(home, 'node_modules/@made/up'), { recursive: true });
    await mkdir(join(plugin, 'static'), { recursive: true });
    await write(plugin, {
      'package.json': '{"name":"@fastify/swagger-ui","version":"1.0.0","license":"MIT"}',
      LICENSE: 'Copyright. Permission is hereby granted',
      'static/swagger-ui-bundle.js': 'PACKAGE_VERSION:"0.0.1"',
    });
    await write(join(home, 'node_modules/@made/up'), {
      'package.json': '{"name":"@made/up","version":"1.2.3","license":"MIT"}',
      NOTICE: 'made up',
    });
    const made = join(home, 'node_modules/@made/up/lib/index.js');

    await expect(bundledOf([made], home)).rejects.toThrow(
      '@made/up 1.2.3 is in the build but has no license text. Add its license to scripts/licenses/@made-up-1.2.3.txt.',
    );
    await expect(bundledOf([], home)).rejects.toThrow('swagger-ui-dist 0.0.1 is in the build but has no license text');
  });
});
