import pytest

from autoglm_core.validators.secrets import find_secrets, redact_secrets

RANDOM = "q7Zp2mXv9LsK4tRb8NwC3yHd6JfG1aUe5Tx0"  # no key of anything; the shapes below are made from it

SECRETS = [
    ("secret-aws", "AKIA" + "Q3EGWLZJ5NDKRYT2"),
    ("secret-github", "ghp_" + RANDOM),
    ("secret-github", "github_pat_" + RANDOM + RANDOM),
    ("secret-gitlab", "glpat-" + RANDOM[:20]),
    ("secret-slack", "xoxb-" + "2048100-2048200-" + RANDOM[:24]),
    ("secret-slack", "https://hooks.slack.com/" + "services/T0AB12CD3/B0AB12CD3/" + RANDOM[:24]),
    ("secret-google", "AIza" + RANDOM[:35]),
    ("secret-openai", "sk-" + RANDOM),
    ("secret-openai", "sk-proj-" + RANDOM),
    ("secret-openai", "sk-ant-api03-" + RANDOM + "-" + RANDOM + "_x-AA"),
    ("secret-huggingface", "hf_" + "qZpmXvLsKtRbNwCyHdJfGaUeTxWoPiQaSd"),
    ("secret-stripe", "sk_live_" + RANDOM[:24]),
    ("secret-npm", "npm_" + RANDOM),
    ("secret-jwt", f"eyJ{RANDOM[:20]}.eyJ{RANDOM[:30]}.{RANDOM}"),
    (
        "secret-private-key",
        "-----BEGIN RSA PRIVATE" + f" KEY-----\n{RANDOM}{RANDOM}\n{RANDOM}=\n-----END RSA PRIVATE KEY-----",
    ),
    (
        "secret-private-key",
        "-----BEGIN PRIVATE" + f' KEY-----\\n{RANDOM}{RANDOM}\\n" "{RANDOM}-----END PRIVATE KEY-----',
    ),
]


@pytest.mark.parametrize(("rule", "secret"), SECRETS)
def test_known_shapes_are_found_where_they_stand(rule: str, secret: str) -> None:
    text = f'x = "😀"\r\ny = """{secret}"""\r\n'
    [found] = find_secrets(text)
    assert found.rule == rule
    assert text[found.span.start : found.span.end] in secret
    assert len(secret) - (found.span.end - found.span.start) in (0, len("https://"))
    assert secret not in found.what
    assert RANDOM[:16] not in redact_secrets(text)


@pytest.mark.parametrize(
    "line",
    [
        f'API_KEY = "{RANDOM}"',
        f"client_secret: str = '{RANDOM}'",
        f'settings = {{"db_password": "{RANDOM}"}}',
        f"connect(auth_token='{RANDOM}')",
        'private_key = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"',
    ],
)
def test_random_strings_under_names_of_secrets_are_found(line: str) -> None:
    assert [secret.rule for secret in find_secrets(line)] == ["secret-random"]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('password = "Tr0ub4dor&3"', "Tr0ub4dor&3"),
        ("db_password: str = 'Kmz7!qwd'", "Kmz7!qwd"),
        ('connect(host="h", passwd="aB9$kd#Lq"', None),  # a dollar: most often a variable of a shell
        ('DB = "postgresql://app:Vx82kdQm@db.internal/main"', "Vx82kdQm"),
        ('requests.get(url, headers={"Authorization": "Bearer %s"})', None),
        ('DB = f"postgresql://app:{password}@db/main"', None),
        ('DB = "postgresql://user:password@localhost/main"', None),
        ('password = "correcthorsebattery"', None),
        ('password = "password123"', None),
        ('password_hash = "Tr0ub4dor"', None),
    ],
)
def test_passwords_under_their_name_and_in_addresses_are_found(line: str, found: str | None) -> None:
    assert [line[each.span.start : each.span.end] for each in find_secrets(line)] == ([found] if found else [])


def test_a_secret_in_a_header_is_found() -> None:
    line = f'headers = {{"Authorization": "Bearer {RANDOM}"}}'
    [found] = find_secrets(line)
    assert line[found.span.start : found.span.end] == RANDOM


@pytest.mark.parametrize(
    "line",
    [
        pytest.param('key = "AKIAIOSFODNN7EXAMPLE"', id="documented example"),
        pytest.param('API_KEY = "your-api-key-goes-here-1234"', id="placeholder"),
        pytest.param('token = "xxxxxxxxxxxxxxxxxxxxxxxx1"', id="crossed out"),
        pytest.param('API_KEY = os.environ["SERVICE_API_KEY_PRODUCTION_2"]', id="from the environment"),
        pytest.param('password = "correct horse battery staple"', id="words"),
        pytest.param('token_url = "https://login.service.com/oauth2/v2/token"', id="address"),
        pytest.param('TOKEN_TYPE = "urn_ietf_params_oauth_token_type"', id="identifier"),
        pytest.param(f'checksum = "{RANDOM}"', id="random string under another name"),
        pytest.param('if text.startswith("-----BEGIN PRIVATE KEY-----"):', id="heading of a key alone"),
        pytest.param('package = "sk-learn-contrib-extension-module"', id="word with the prefix of a key"),
        pytest.param('secret = f"{prefix}-{name}-{number:08}"', id="format string"),
    ],
)
def test_what_is_no_secret_is_left_alone(line: str) -> None:
    assert find_secrets(line) == ()


@pytest.mark.parametrize(
    "piece",
    ["token", "a.", "eyJ", "eyJ-", "sk-ab-", "'a1", "token: a", "-----BEGIN A", "pwd:", "password='", "aa://a:"],
)
def test_long_hostile_text_ends(piece: str) -> None:
    """A shape that backtracks would keep this going for hours."""
    assert find_secrets(piece * (200_000 // len(piece)) + " token = ") == ()
