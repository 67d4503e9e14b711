"""The shelves of the shop: the key that a product carries, and the words for it in both languages."""

import msgspec


class Category(msgspec.Struct, frozen=True):
    """`drawing`, `colour`: what stands for the shelf as a picture."""

    key: str
    name_ko: str
    name_en: str
    drawing: str
    colour: str


CATEGORIES = (
    Category("kitchen", "주방", "Kitchen", "kettle", "sage"),
    Category("tableware", "그릇·컵", "Tableware", "mug", "cream"),
    Category("lighting", "조명", "Lighting", "table_lamp", "mustard"),
    Category("bedding", "침구", "Bedding", "cushion", "blue"),
    Category("bath", "욕실", "Bath", "towel", "mint"),
    Category("storage", "수납", "Storage", "basket", "natural"),
    Category("stationery", "문구", "Stationery", "notebook", "coral"),
    Category("camping", "캠핑", "Camping", "tent", "olive"),
    Category("pets", "반려동물", "Pets", "pet_bed", "orange"),
    Category("beauty", "뷰티", "Beauty", "hand_mirror", "pink"),
    Category("snacks", "간식", "Snacks", "cookie", "brown"),
)
BY_KEY = {category.key: category for category in CATEGORIES}


def category_words(key: str) -> tuple[str, ...]:
    """What people call the shelf, for the search; a key that nobody listed stands for itself."""
    known = BY_KEY.get(key)
    return (known.name_ko, known.name_en) if known else (key,) if key else ()
