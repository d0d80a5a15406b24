import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_serverAuth,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Time,
  Validity,
  Version,
} from '@peculiar/asn1-x509';
import type { Instant } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import { RealDate } from '../../lib/time.ts';

export interface CertificateWithKey {
  readonly certificate: string;
  readonly key: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Tolerance for clients' clocks that are behind. */
const CLOCK_TOLERANCE_MS = DAY_MS;
const AUTHORITY_LIFETIME_MS = 3650 * DAY_MS;
/** 397 days with the tolerance: Apple's clients refuse more than 398. */
export const LEAF_LIFETIME_MS = 396 * DAY_MS;

/** RFC 5758, 3.2 */
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const COMMON_NAME = '2.5.4.3';

export function generateKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

export function exportKey(key: KeyObject): string {
  return String(key.export({ type: 'pkcs8', format: 'pem' }));
}

/** Creates a CA. Its name includes part of the key's hash, so that a trust store can have several. */
export function createAuthority(now: Instant, random: Random): CertificateWithKey {
  const key = generateKey();
  const id = createKeyId(key);
  const name = createName(`nv-auth-mock local authority ${id.toString('hex').slice(0, 8)}`);
  const certificate = signCertificate(random, {
    issuer: { name, key },
    subject: { name, key },
    from: now - CLOCK_TOLERANCE_MS,
    to: now + AUTHORITY_LIFETIME_MS,
    extensions: [
      createExtension(id_ce_basicConstraints, new BasicConstraints({ cA: true, pathLenConstraint: 0 }), true),
      createExtension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign), true),
      createExtension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(id)),
    ],
  });
  return { certificate, key: exportKey(key) };
}

export class Issuer {
  readonly #name: Name;
  readonly #key: KeyObject;
  readonly #random: Random;

  constructor({ certificate, key }: CertificateWithKey, random: Random) {
    const der = Buffer.from(certificate.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    this.#name = AsnConvert.parse(der, Certificate).tbsCertificate.subject;
    this.#key = createPrivateKey(key);
    this.#random = random;
  }

  issue(names: readonly string[], key: KeyObject, now: Instant): string {
    const alternatives = names.map((name) => new GeneralName(isIP(name) > 0 ? { iPAddress: name } : { dNSName: name }));
    return signCertificate(this.#random, {
      issuer: { name: this.#name, key: this.#key },
      subject: { name: createName('nv-auth-mock'), key },
      from: now - CLOCK_TOLERANCE_MS,
      to: now + LEAF_LIFETIME_MS,
      extensions: [
        createExtension(id_ce_basicConstraints, new BasicConstraints({ cA: false }), true),
        createExtension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.digitalSignature), true),
        createExtension(id_ce_extKeyUsage, new ExtendedKeyUsage([id_kp_serverAuth])),
        createExtension(id_ce_subjectAltName, new SubjectAlternativeName(alternatives)),
        // Python refuses certificates without this extension (`VERIFY_X509_STRICT`).
        createExtension(
          id_ce_authorityKeyIdentifier,
          new AuthorityKeyIdentifier({ keyIdentifier: new SubjectKeyIdentifier(createKeyId(this.#key)) }),
        ),
        createExtension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(createKeyId(key))),
      ],
    });
  }
}

interface CertificateFields {
  readonly issuer: { readonly name: Name; readonly key: KeyObject };
  readonly subject: { readonly name: Name; readonly key: KeyObject };
  readonly from: Instant;
  readonly to: Instant;
  readonly extensions: Extension[];
}

function signCertificate(random: Random, { issuer, subject, from, to, extensions }: CertificateFields): string {
  const signatureAlgorithm = new AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 });
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    // The leading `4` makes it positive, without a leading zero byte.
    serialNumber: Uint8Array.from(Buffer.from(`4${random.hex(31)}`, 'hex')).buffer,
    signature: signatureAlgorithm,
    issuer: issuer.name,
    validity: Object.assign(new Validity(), { notBefore: createTime(from), notAfter: createTime(to) }),
    subject: subject.name,
    subjectPublicKeyInfo: AsnConvert.parse(exportPublicKey(subject.key), SubjectPublicKeyInfo),
    extensions: new Extensions(extensions),
  });
  const signature = sign('sha256', Buffer.from(AsnConvert.serialize(tbsCertificate)), issuer.key);
  const signatureValue = Uint8Array.from(signature).buffer;
  const der = AsnConvert.serialize(new Certificate({ tbsCertificate, signatureAlgorithm, signatureValue }));
  const lines = Buffer.from(der)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function createExtension(id: string, value: unknown, critical = false): Extension {
  return new Extension({ extnID: id, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

function createName(text: string): Name {
  const value = new AttributeValue({ utf8String: text });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: COMMON_NAME, value })])]);
}

function exportPublicKey(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' });
}

function createKeyId(key: KeyObject): Buffer {
  return createHash('sha256').update(exportPublicKey(key)).digest().subarray(0, 20);
}

/** Rounds down to seconds. The format changes in 2050 (RFC 5280, 4.1.2.5). */
function createTime(time: Instant): Time {
  const date = new RealDate(Math.floor(time / 1000) * 1000);
  return new Time(date.getUTCFullYear() < 2050 ? { utcTime: date } : { generalTime: date });
}
