export const PAGE = 'service-keys page, scope requirements';
export const CODE = 'published control-plane code (NVIDIA/nvcf, fadc0f81)';
/** The code of the service that manages clusters. */
export const ICMS = 'published code of instance and cluster management (NVIDIA/nvcf, 98904c8c)';
/** Control-plane code since September 2026. */
export const NEWER_CODE = 'published control-plane code (NVIDIA/nvcf, 168b6f30 and e2776fab)';
