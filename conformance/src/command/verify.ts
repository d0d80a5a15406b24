import { type ServerFlags, UserError } from '../../../src/conformance-entry.ts';
import type { VerifyDocumentFlags } from './verify-document.ts';

/** The flags of `nv-auth-mock verify`. */
export type VerifyFlags = ServerFlags &
  Partial<VerifyDocumentFlags> & {
    /** An HTTP Archive: a file. */
    readonly har?: string;
    /** The journal of a running server. */
    readonly journal?: true;
    /** The prefix of all recorded paths, such as `/proxy`. */
    readonly basePath?: string;
    /** A file for JUnit XML. */
    readonly junit?: string;
  };

/** Flags that apply to a single kind of verification. */
const FLAGS_BY_MODE = {
  '--spec': { service: '--service', baseline: '--baseline', updateBaseline: '--update-baseline', all: '--all' },
  '--har': { basePath: '--base-path', junit: '--junit' },
  '--journal': {
    basePath: '--base-path',
    junit: '--junit',
    url: '--url',
    tls: '--tls',
    tlsCa: '--tls-ca',
    world: '--world',
  },
} as const;

/** Checks that no flag is silently ignored. @throws UserError with the flag */
function checkFlags(allFlags: VerifyFlags): void {
  const { har, journal, spec, document, basePath } = allFlags;
  const traffic = har !== undefined ? '--har' : journal === true ? '--journal' : null;
  const allowed: Readonly<Record<string, string>> = FLAGS_BY_MODE[traffic ?? '--spec'];
  for (const [mode, flags] of Object.entries(FLAGS_BY_MODE)) {
    for (const [name, flag] of Object.entries(flags)) {
      if (allFlags[name as keyof typeof allFlags] === undefined || Object.hasOwn(allowed, name)) continue;
      throw new UserError(`${flag} is for ${mode}${mode === '--spec' ? ` without ${traffic}` : ''}. Leave it out.`);
    }
  }
  if (traffic === null || spec !== undefined) return;
  if (document !== undefined) throw new UserError(`With ${traffic}, --document needs --spec FILE.`);
  if (traffic === '--journal' && basePath !== undefined) {
    throw new UserError('With --journal, --base-path needs --spec FILE.');
  }
}

/**
 * Compares a vendor's document or recorded traffic with the mock's documents.
 *
 * @throws UserError for an invalid flag or combination of flags
 */
export async function verify(allFlags: VerifyFlags): Promise<void> {
  const { har, journal, junit, url, tlsCa, world, basePath, ...rest } = allFlags;
  const { spec, document, service, baseline, updateBaseline, json, all, ...flags } = rest;
  if (har !== undefined && journal !== undefined) throw new UserError('Give either --har FILE or --journal, not both.');
  checkFlags(allFlags);
  if (har === undefined && journal === undefined) {
    if (spec === undefined) throw new UserError('Give --spec FILE, --har FILE or --journal.');
    const compared = { spec, document, service, baseline, updateBaseline, json, all };
    return (await import('./verify-document.ts')).verifyDocument(compared);
  }
  const { verifyHar, verifyJournal } = await import('./verify-traffic.ts');
  const output = { json: json === true, junit: junit ?? null };
  const reference = { spec: spec ?? null, document: document ?? null, basePath: basePath ?? null };
  if (har !== undefined) await verifyHar(har, flags, reference, output);
  else await verifyJournal(flags, { url, tlsCa, world }, reference, output);
}
