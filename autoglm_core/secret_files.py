"""Files that hold secrets by habit: neither a prompt nor the sandbox ever sees them."""

SECRET_FILES = (
    *(".env", ".env.*", "!.env.example", "!.env.sample", "!.env.template", ".netrc", "_netrc", ".pgpass"),
    *(".pypirc", ".npmrc", ".htpasswd", ".git-credentials", ".envrc", "*.pem", "*.key", "*.p12", "*.pfx"),
    *("*.jks", "*.keystore", "*.kdbx", "id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", "credentials"),
    *("credentials.json", "secrets.*", "!secrets.py", ".ssh/", ".gnupg/", ".aws/", ".azure/", ".kube/"),
    *(".docker/", ".config/gcloud/", "service-account*.json"),
)
"""gitignore patterns."""
