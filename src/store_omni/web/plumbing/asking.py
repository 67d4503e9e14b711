"""A request as this product reads it: what cannot be read is refused with a sentence, wherever it stands."""

from typing import Any
from urllib.parse import parse_qsl

from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.enums import RequestEncodingType
from litestar.exceptions import HTTPException

from store_omni.kit.errors import N_, InvalidInput
from store_omni.kit.tidying import tidied

# A path's `/` separates; one that belongs to a code comes as %2F. Between the server, which decodes both, and the route it is
# this character, which no code can hold (`tidying` takes it out of every text).
SLASH_IN_CODE = "\ue02f"
# The longest forms have a few fields for each line of a paper of 1,000 lines.
FORM_FIELDS_MAX = 5_000


class Asking(Request[Any, Any, Any]):
    """The request class of the application. Errors of `json` and `form`: `InvalidInput`."""

    _fields: FormMultiDict | None = None  # of a URL-encoded form

    async def json(self) -> Any:
        """The body; its texts are tidied, as those of forms are."""
        try:
            return tidied(await super().json())
        except UnicodeDecodeError as error:
            raise InvalidInput({"body": N_("The text is not valid UTF-8.")}) from error
        except RecursionError as error:
            raise InvalidInput({"body": N_("It is nested too deeply.")}) from error

    async def form(self) -> FormMultiDict:
        try:
            if self.content_type[0] != RequestEncodingType.URL_ENCODED:
                return await super().form()
            if self._fields is None:
                # The framework's own parser keeps the last 1,024 bodies in memory: passwords, and up to a gigabyte.
                body = (await self.body()).decode("latin-1")
                self._fields = FormMultiDict(parse_qsl(body, keep_blank_values=True, max_num_fields=FORM_FIELDS_MAX))
            return self._fields
        except HTTPException:
            raise
        except (LookupError, ValueError) as error:  # an unknown encoding, text that is not in it, or too many fields
            raise InvalidInput({"body": N_("The form cannot be read.")}) from error

    @property
    def path_params(self) -> dict[str, Any]:
        found = super().path_params
        if SLASH_IN_CODE not in self.scope["path"]:
            return found
        return {name: value.replace(SLASH_IN_CODE, "/") if isinstance(value, str) else value for name, value in found.items()}
