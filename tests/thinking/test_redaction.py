"""Secrets never reach a prompt, and everything else stays where it is."""

from __future__ import annotations

import pytest

from lsp_server.redaction import redact


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ('password = "hunter2hunter2"', "hunter2"),
        ('AWS_KEY = "AKIAIOSFODNN7EXAMPLE"', "AKIA"),
        ("# ghp_aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789 is mine", "ghp_"),
        ("sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH", "sk-proj"),
        ('url = "postgres://bob:s3cr3tpass@db/x"', "s3cr3t"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----\n", "MIIabc"),
        ("-----BEGIN PRIVATE KEY-----\nMIIabc, cut off", "MIIabc"),
        ('api_key = "pässwörd-très-long"', "pässwörd"),
        ("x = '" + "a1" * 5000 + "'", "a1a1"),
    ],
)
def test_secrets_are_blotted_out_in_place(text, secret):
    redacted, count = redact(text)
    assert count
    assert secret not in redacted
    assert len(redacted.encode()) == len(text.encode())
    assert redacted.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    "text",
    [
        "value = self.store.get(name)",
        'secret_key = os.environ["SECRET_KEY"]',
        'host = "140.82.118.3"',
        "def password(self):",
        "",
    ],
)
def test_code_is_left_alone(text):
    assert redact(text) == (text, 0)
