import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Instant } from '../../lib/clock.ts';
import { explainUnreadable, UserError } from '../../lib/errors.ts';
import { showValue } from '../../lib/redact.ts';
import { readTextFile } from '../../lib/text-file.ts';
import { RealDate } from '../../lib/time.ts';
import type { CertificateWithKey } from './certificates.ts';

const PEM = /^\s*-----BEGIN /;

/** Reads a certificate and key from PEM files or texts. @throws UserError if they are not valid now */
export async function readCertificate(certificate: string, key: string, now: Instant): Promise<CertificateWithKey> {
  const identity = { certificate: await readPem(certificate, '--tls-cert'), key: await readPem(key, '--tls-key') };
  const names = { certificate: describeSource('--tls-cert', certificate), key: describeSource('--tls-key', key) };
  checkCertificate(identity, names, now, 'Use one that is valid now, or --tls without a certificate.');
  return identity;
}

/** @param names of both, for messages @param advice for when it is not valid now @throws UserError */
export function checkCertificate(
  { certificate, key }: CertificateWithKey,
  names: Readonly<Record<keyof CertificateWithKey, string>>,
  now: Instant,
  advice: string,
): void {
  const parsed = parse(
    () => new X509Certificate(certificate),
    `${names.certificate} is not a certificate. Expected PEM, which starts with \`-----BEGIN CERTIFICATE-----\`.`,
  );
  const privateKey: KeyObject = parse(
    () => createPrivateKey(key),
    `${names.key} is not a private key. Expected PEM without a passphrase, which starts with \`-----BEGIN PRIVATE KEY-----\`.`,
  );
  if (!parsed.checkPrivateKey(privateKey)) {
    throw new UserError(
      `${names.key} does not match ${names.certificate}. Use the key that the certificate was issued for.`,
    );
  }
  const dayOf = (text: string) => new RealDate(text).toISOString().slice(0, 10);
  if (RealDate.parse(parsed.validTo) <= now) {
    throw new UserError(`${names.certificate} expired on ${dayOf(parsed.validTo)}. ${advice}`);
  }
  if (RealDate.parse(parsed.validFrom) > now) {
    throw new UserError(`${names.certificate} is not valid before ${dayOf(parsed.validFrom)}. ${advice}`);
  }
  parse(
    () => createSecureContext({ cert: certificate, key }),
    `${names.certificate} cannot be used for https: its key or its signature is too weak. ${advice}`,
  );
}

function parse<Value>(read: () => Value, message: string): Value {
  try {
    return read();
  } catch {
    // No cause: it could contain a part of the key.
    throw new UserError(message);
  }
}

function describeSource(flag: string, value: string): string {
  return PEM.test(value) ? flag : `${flag} ${showValue(value)}`;
}

async function readPem(value: string, flag: string): Promise<string> {
  return PEM.test(value) ? value : readPemFile(value, flag);
}

/** @param flag names the file in the message @throws UserError if it cannot be read */
export function readPemFile(path: string, flag: string): Promise<string> {
  return readTextFile(path).catch((cause: unknown) => {
    throw new UserError(
      `${flag} ${showValue(path)} cannot be read: ${explainUnreadable(cause)}. Give the path of a readable PEM file.`,
      { cause },
    );
  });
}
