import { open, rename, rm } from 'node:fs/promises';
import type { Instant } from '../../lib/clock.ts';
import { explainUnreadable, UserError } from '../../lib/errors.ts';
import { readTextFile } from '../../lib/text-file.ts';
import type { CertificateWithKey } from './certificates.ts';
import { checkCertificate } from './supplied-certificate.ts';

function extractPem(text: string, label: string): string {
  const [begin, end] = [`-----BEGIN ${label}-----`, `-----END ${label}-----`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  return from < 0 || to < from ? '' : `${text.slice(from, to + end.length)}\n`;
}

export function parseAuthority(text: string, name: string, now: Instant, advice: string): CertificateWithKey {
  const authority = { certificate: extractPem(text, 'CERTIFICATE'), key: extractPem(text, 'PRIVATE KEY') };
  if (authority.certificate === '' || authority.key === '') {
    throw new UserError(`${name} lacks a certificate or a key. ${advice}`);
  }
  const names = { certificate: `The certificate in ${name}`, key: `the key in ${name}` };
  checkCertificate(authority, names, now, advice);
  return authority;
}

export function formatAuthority({ certificate, key }: CertificateWithKey): string {
  return `${certificate}${key}`;
}

/** Reads the CA from a file, or creates it. Renames the complete file: a killed process leaves no partial one. */
export async function loadOrCreateAuthorityFile(
  file: string,
  create: () => CertificateWithKey,
  now: Instant,
): Promise<CertificateWithKey> {
  // The server creates this file, so a pipe in its place is a mistake.
  const text = await readTextFile(file, { onlyFile: true }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return null;
    throw new UserError(
      `${file}, the CA of --tls, cannot be read: ${explainUnreadable(cause)}. Make it readable, or delete it.`,
      { cause },
    );
  });
  const advice = `Delete ${file}, restart, and let clients trust the new /_mock/ca.pem.`;
  if (text !== null) return parseAuthority(text, file, now, advice);
  const authority = create();
  try {
    const temporaryFile = `${file}.new`;
    await rm(temporaryFile, { force: true });
    const handle = await open(temporaryFile, 'wx', 0o600);
    try {
      await handle.writeFile(formatAuthority(authority));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporaryFile, file);
  } catch (cause) {
    throw new UserError(`${file}, the CA of --tls, cannot be written. Make its folder writable.`, { cause });
  }
  return authority;
}
