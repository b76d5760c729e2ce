export { defineProvider } from './define-provider.js';
export type { ProviderDefinition } from './define-provider.js';
export type { ModelDiscovery, Provider, ProviderAuth } from './provider.js';
export { findProvider, providerIds, providers } from './providers.js';
export { requestUrl } from './request-url.js';
