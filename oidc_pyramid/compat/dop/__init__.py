"""Moving a deployment of django-oidc-provider: its settings, its records."""
