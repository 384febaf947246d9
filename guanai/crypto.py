"""Personal data at rest: SM4-GCM for the value, HMAC-SM3 for exact search (GM/T 0002, 0004; GB/T 39786).

A stored value is `version (1 byte) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`. The version names the key in
`settings.DATA_KEYS`, so that a rotation (`guanai.rotation`) can read old values while it writes new ones.
"""

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings

NONCE_BYTES = 12
TAG_BYTES = 16


class DecryptionError(ValueError):
    """The stored bytes were not written by any key that this installation holds, or they were changed."""


@lru_cache(maxsize=8)
def _algorithm(key: bytes) -> algorithms.SM4:
    return algorithms.SM4(key)


def encrypt(text: str) -> bytes:
    """Encrypt one value with the current key."""
    version = settings.DATA_KEY_CURRENT
    nonce = os.urandom(NONCE_BYTES)
    encryptor = Cipher(_algorithm(settings.DATA_KEYS[version]), modes.GCM(nonce)).encryptor()
    body = encryptor.update(text.encode()) + encryptor.finalize()
    return bytes([version]) + nonce + body + encryptor.tag


def decrypt(stored: bytes) -> str:
    """Read one value back.

    Raises:
        DecryptionError: the key version is unknown or the bytes were changed.
    """
    if len(stored) < 1 + NONCE_BYTES + TAG_BYTES:
        raise DecryptionError("a value that was cut off cannot be read")
    version, nonce = stored[0], stored[1 : 1 + NONCE_BYTES]
    body, tag = stored[1 + NONCE_BYTES : -TAG_BYTES], stored[-TAG_BYTES:]
    try:
        decryptor = Cipher(_algorithm(settings.DATA_KEYS[version]), modes.GCM(nonce, tag)).decryptor()
        return (decryptor.update(body) + decryptor.finalize()).decode()
    except (KeyError, InvalidTag, ValueError) as error:
        raise DecryptionError(f"a value written with key version {version} cannot be read") from error


def blind_index(text: str, *, version: int | None = None) -> bytes:
    """A 32-byte digest of a normalised value by the current key, or that of a version: equal texts give equal digests,
    nothing else can be read."""
    digest = hmac.HMAC(settings.INDEX_KEYS[version or settings.INDEX_KEY_CURRENT], hashes.SM3())
    digest.update(text.encode())
    return digest.finalize()


def blind_indexes(text: str) -> list[bytes]:
    """What a value may be found under: its digest by every key that the installation holds, the current one first.

    While keys are rotated, some rows rest under the new key and some under the old one; none may be missed.
    """
    return [blind_index(text, version=version) for version in sorted(settings.INDEX_KEYS, reverse=True)]
