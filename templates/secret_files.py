"""Reads secrets at start, into memory only: files on tmpfs that the engine's container sees read-only."""

import os

from machine import RUN, aws


def fetch(config):
    """Writes each secret's value to its file.

    @raises RuntimeError naming the secret and the reason, never its value
    """
    folder = os.path.join(RUN, "secrets")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    for name, arn in sorted(config["deployed"]["secrets"].items()):
        text, problem = aws(
            config,
            *["secretsmanager", "get-secret-value", "--secret-id", arn],
            *["--query", "SecretString", "--output", "text"],
        )
        value = (text or "").strip()
        if problem is None and (value in ("", "None") or not value.isprintable()):
            problem = "it is empty or holds more than one line"
        if problem is not None:
            raise RuntimeError("secret %s (%s): %s" % (name, arn, problem))
        # Renamed when whole: another engine that starts now must never read half a key, or none, which is no key at all.
        path = os.path.join(folder, name)
        part = "%s.%d" % (path, os.getpid())
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(value)
        os.replace(part, path)
    return folder
