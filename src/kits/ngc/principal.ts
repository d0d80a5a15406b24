/** Apart from the code for keys, because declarations of the package lead here. */
export {};

declare module '../../core/principal.ts' {
  interface PrincipalKinds {
    'personal-key': true;
    'service-key': true;
  }
  interface Principal {
    /** The NVIDIA Cloud Account (NCA) of a key's organisation. */
    readonly account?: string;
  }
}
