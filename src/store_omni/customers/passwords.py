"""Which passwords an account may have."""

import unicodedata

from store_omni.kit.errors import N_, InvalidInput
from store_omni.kit.passwords import is_guessed_first
from store_omni.settings import own_words

PASSWORD_CHARS_MIN = 8
PASSWORD_CHARS_MAX = 200


def normal_password(typed: str) -> str:
    """NFC: keyboards of phones and of computers spell 가 differently."""
    return unicodedata.normalize("NFC", typed)


def check_password(typed: str, *logins: str, field: str = "password") -> str:
    """The password as it is kept. `logins`: what the account is signed in with. Errors: `InvalidInput`."""
    password = normal_password(typed)
    if not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX:
        raise InvalidInput({field: N_("Please choose a password of at least 8 characters.")})
    plain = password.strip().lower()
    digits = "".join(c for c in plain if c.isdigit())
    own = {login.lower() for login in logins} | {login.replace("+82", "0") for login in logins}
    names = [*own_words(), *own, *(login.partition("@")[0] for login in own)]
    if len(set(plain)) < 3 or (plain.replace("-", "").isdigit() and digits in own) or is_guessed_first(password, *names):
        raise InvalidInput({field: N_("Everybody guesses this password first. Please choose another.")})
    return password
