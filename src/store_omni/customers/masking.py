"""Personal text shown only as far as it is needed to recognise a person."""


def masked_name(name: str) -> str:
    """`김하늘` → `김*늘`, `홍길` → `홍*`, `Jane Doe` → `J** D**`."""
    return " ".join(_masked_word(word) for word in name.split())


def _masked_word(word: str) -> str:
    if len(word) <= 2 or word.isascii():
        return word[:1] + "*" * min(len(word) - 1, 2)
    return word[0] + "*" * (len(word) - 2) + word[-1]


def masked_email(address: str) -> str:
    """`haneul@example.com` → `ha****@example.com`: enough to ask "is it the one that begins with …?"."""
    local, _, host = address.partition("@")
    return f"{local[:2]}{'*' * max(len(local) - 2, 2)}@{host}"
