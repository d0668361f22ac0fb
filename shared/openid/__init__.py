"""Signing in to the pages with a provider of OpenID Connect, by the authorization code flow with PKCE."""
