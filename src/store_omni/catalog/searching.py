"""A search that forgives: what is stored to be found by, and how a query may be meant. Pure; the SQL is in `queries`."""

import re
from collections.abc import Iterable, Sequence

import msgspec

from store_omni.catalog.categories import category_words
from store_omni.kit.korean import (
    ends_in_consonant,
    has_hangul,
    initials,
    jamo,
    only_initials,
    plain,
    typed_in_hangul,
    typed_in_latin,
)  # fmt: skip

QUERY_CHARS_MAX = 80
WORDS_MAX = 6
STEM_SYLLABLES_MIN = 2
GTIN_LENGTHS = (8, 12, 13, 14)

# Particles by what they follow: a syllable that closes with a consonant, an open one, or either.
_AFTER_CONSONANT = ("으로", "이랑", "을", "은", "이", "과")
_AFTER_VOWEL = ("를", "는", "가", "와", "로", "랑")
_AFTER_BOTH = (
    "에서는",
    "에서",
    "에게",
    "까지",
    "부터",
    "처럼",
    "보다",
    "하고",
    "이나",
    "만의",
    "용으로",
    "용품",
    "에",
    "의",
    "도",
    "만",
    "용",
)
_PARTICLES = sorted((*_AFTER_BOTH, *_AFTER_CONSONANT, *_AFTER_VOWEL), key=len, reverse=True)
# Words around the thing that is looked for, as people type them into a chat or a search box.
_FILLERS = frozenset(
    [
        "있나요",
        "있어요",
        "있나",
        "있는",
        "있을까요",
        "주세요",
        "찾아줘",
        "찾아주세요",
        "찾기",
        "추천",
        "추천해줘",
        "추천해주세요",
        "파나요",
        "팔아요",
        "파는",
        "사고",
        "싶어요",
        "구매",
        "구입",
        "재고",
        "좀",
        "어디",
        "어디서",
        "살",
        "수",
        "the",
        "a",
        "an",
        "for",
        "with",
        "of",
        "please",
        "find",
        "buy",
    ]
)
_BETWEEN = re.compile(r"[\s,./·・|+&()\[\]]+")
_BARCODE = re.compile(r"[\d\s-]{8,20}")


class SearchColumns(msgspec.Struct, frozen=True):
    """What a product is found by: as written, as typed key by key, and by initials. One entry a line."""

    text: str
    jamo: str
    cho: str


def search_columns(
    product_names: Iterable[str],
    brand: str,
    category: str,
    keywords: Sequence[str],
    codes: Iterable[str],
    gtins: Iterable[str | None],
) -> SearchColumns:
    """The three columns of `catalog.product`. `category` is its key; its names in both languages are added here."""
    names = [plain(name) for name in product_names if name]
    said = [*names, plain(brand), *(plain(word) for word in (*category_words(category), *keywords))]
    said = list(dict.fromkeys(word for word in said if word))
    # Each name also without its spaces: 다이슨청소기 has to find 다이슨 청소기.
    tight = [word.replace(" ", "") for word in said if " " in word]
    numbers = [plain(number) for number in (*codes, *gtins) if number]
    korean = [word for word in dict.fromkeys([*said, *tight]) if has_hangul(word)]
    return SearchColumns(
        text="\n".join(dict.fromkeys([*said, *tight, *numbers])),
        jamo="\n".join(jamo(word) for word in korean),
        cho="\n".join(dict.fromkeys(initials(word.replace(" ", "")) for word in korean)),
    )


class Reading(msgspec.Struct, frozen=True):
    """How a query may be meant. Word lists: all words have to be found.

    `number`: a GTIN or code, which leads straight to its product. `words`: as written, particles and fillers gone.
    `bare`: the same with particles gone even from one syllable (컵을), empty where that changes nothing. `keys`: key by key (half-typed syllables). `initials`: `ㄱㄹㅅ`. `swapped`: as if typed with the
    keyboard in the other language.
    """

    text: str
    number: str | None
    words: list[str]
    bare: list[str]
    keys: list[str]
    initials: list[str]
    swapped: list[str]

    @property
    def empty(self) -> bool:
        return not self.words


def stem(word: str, syllables_min: int = STEM_SYLLABLES_MIN) -> str:
    """`조명을` → `조명`, `의자가` → `의자`. What looks like a particle stays where too little would be left."""
    if not has_hangul(word):
        return word
    for particle in _PARTICLES:
        left = word.removesuffix(particle)
        if left == word or not left:
            continue
        closed = ends_in_consonant(left)
        # 로 follows a vowel or ㄹ; every other particle agrees with how the syllable before it ends.
        agrees = closed if particle in _AFTER_CONSONANT else not closed if particle in _AFTER_VOWEL else True
        if agrees or (particle == "로" and jamo(left).endswith("ㄹ")):
            return left if len(left) >= syllables_min else word
    return word


def read_query(typed: str) -> Reading:
    """What a shopper typed or scanned into the search box, cut at 80 characters."""
    typed = typed.strip()[:QUERY_CHARS_MAX]
    text = plain(typed)
    split = [word for word in _BETWEEN.split(text) if word]
    told = [word for word in split if word not in _FILLERS] or split
    words = [stem(word) for word in told[:WORDS_MAX]]
    digits = re.sub(r"\D", "", text)
    is_barcode = bool(_BARCODE.fullmatch(text)) and len(digits) in GTIN_LENGTHS
    bare = [stem(word, 1) for word in words]
    swapped = typed_in_hangul(text) if has_hangul(text) else None
    latin = None if has_hangul(text) else typed_in_latin(" ".join(typed.split()))
    return Reading(
        text=text,
        number=digits if is_barcode else text if text and " " not in text else None,
        words=words,
        bare=bare if bare != words else [],
        keys=[jamo(word) for word in words] if has_hangul(text) else [],
        initials=[word for word in words if only_initials(word)] if all(only_initials(word) for word in words) else [],
        swapped=(latin or swapped or "").split()[:WORDS_MAX],
    )


def like(word: str) -> str:
    """A LIKE pattern that finds the word anywhere."""
    escaped = word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"
