"""Which passwords an account may have."""

import unicodedata

from store_omni.kit.errors import N_, InvalidInput

PASSWORD_CHARS_MIN = 8
PASSWORD_CHARS_MAX = 200
# Of the lists of passwords that were stolen elsewhere, the most frequent ones that are long enough to pass.
_COMMON = """12345678 123456789 1234567890 12341234 11111111 00000000 11223344 87654321 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 123qwe123 qwer1234
qwerty123 qwertyuiop asdf1234 asdfasdf abcd1234 abc12345 a1234567 a12345678 a123456789 aa123456 password password1 passw0rd
iloveyou sunshine princess football baseball superman trustno1 dkssudgktpdy tkfkdgody qlalfqjsgh"""


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
    if plain in _COMMON.split() or len(set(plain)) < 3 or plain in own or (plain.replace("-", "").isdigit() and digits in own):
        raise InvalidInput({field: N_("Everybody guesses this password first. Please choose another.")})
    return password
