import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from guanai import crypto

NAMES = st.text(min_size=1, max_size=60)


@pytest.mark.fuzz
@given(NAMES)
def test_what_was_encrypted_is_read_back(text: str) -> None:
    stored = crypto.encrypt(text)

    assert text.encode() not in stored or len(text.encode()) < 4  # a few bytes may occur by chance
    assert crypto.decrypt(stored) == text


def test_equal_texts_are_stored_differently() -> None:
    assert crypto.encrypt("张小明") != crypto.encrypt("张小明")


@pytest.mark.fuzz
@given(NAMES, st.data())
def test_a_changed_byte_is_found(text: str, data: st.DataObject) -> None:
    stored = bytearray(crypto.encrypt(text))
    at = data.draw(st.integers(0, len(stored) - 1))
    stored[at] ^= data.draw(st.integers(1, 255))

    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt(bytes(stored))


@pytest.mark.parametrize("length", [0, 1, 12, 28])
def test_a_cut_value_is_not_read(length: int) -> None:
    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt(crypto.encrypt("张小明")[:length])


def test_the_message_of_the_error_holds_nothing_personal() -> None:
    stored = crypto.encrypt("张小明")

    with pytest.raises(crypto.DecryptionError) as caught:
        crypto.decrypt(stored[:-1] + bytes([stored[-1] ^ 1]))

    assert "张" not in str(caught.value)


def test_an_old_key_is_still_read_and_new_values_use_the_current_one(settings: Settings) -> None:
    old = crypto.encrypt("张小明")
    version = settings.DATA_KEY_CURRENT
    settings.DATA_KEYS = {**settings.DATA_KEYS, version + 1: bytes(range(16))}
    settings.DATA_KEY_CURRENT = version + 1

    new = crypto.encrypt("张小明")

    assert (old[0], new[0]) == (version, version + 1)
    assert crypto.decrypt(old) == crypto.decrypt(new) == "张小明"


def test_a_value_of_a_key_that_is_gone_is_not_read(settings: Settings) -> None:
    stored = crypto.encrypt("张小明")
    settings.DATA_KEYS = {settings.DATA_KEY_CURRENT + 1: bytes(range(16))}

    with pytest.raises(crypto.DecryptionError, match="key version"):
        crypto.decrypt(stored)


def test_the_blind_index_is_equal_for_equal_texts_only() -> None:
    assert crypto.blind_index("11010519491231002X") == crypto.blind_index("11010519491231002X")
    assert crypto.blind_index("11010519491231002X") != crypto.blind_index("110105194912310021")
    assert len(crypto.blind_index("11010519491231002X")) == 32


def test_the_blind_index_hangs_on_its_key(settings: Settings) -> None:
    before = crypto.blind_index("11010519491231002X")
    settings.INDEX_KEYS = {settings.INDEX_KEY_CURRENT: bytes(range(32))}

    assert crypto.blind_index("11010519491231002X") != before


def test_the_keys_differ_from_one_another() -> None:
    keys = [*settings.DATA_KEYS.values(), *settings.INDEX_KEYS.values()]

    assert len({key[:16] for key in keys}) == len(keys)
