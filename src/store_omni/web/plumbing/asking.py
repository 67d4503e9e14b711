"""A request as this product reads it: what cannot be read is refused with a sentence, wherever it stands."""

from typing import Any

from litestar import Request
from litestar._parsers import parse_url_encoded_form_data
from litestar.datastructures.multi_dicts import FormMultiDict
from litestar.enums import RequestEncodingType
from litestar.exceptions import HTTPException
from litestar.types.empty import Empty

from store_omni.kit.errors import N_, InvalidInput
from store_omni.kit.tidying import tidied

# A path's `/` separates; one that belongs to a code comes as %2F. Between the server, which decodes both, and the route it is
# this character, which no code can hold (`tidying` takes it out of every text).
SLASH_IN_CODE = "\ue02f"


class Asking(Request[Any, Any, Any]):
    """The request class of the application. Errors of `json` and `form`: `InvalidInput`."""

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
            if self.content_type[0] == RequestEncodingType.URL_ENCODED and self._connection_state.form is Empty:
                # Not by the framework's own way, which keeps the last 1,024 bodies: passwords, and a gigabyte of whoever wants.
                self._connection_state.form = parse_url_encoded_form_data.__wrapped__(await self.body())  # type: ignore[assignment]
            return await super().form()
        except HTTPException:
            raise
        except (LookupError, ValueError) as error:  # an encoding that nobody knows, or text that is not in it
            raise InvalidInput({"body": N_("The form cannot be read.")}) from error

    @property
    def path_params(self) -> dict[str, Any]:
        found = super().path_params
        if SLASH_IN_CODE not in self.scope["path"]:
            return found
        return {name: value.replace(SLASH_IN_CODE, "/") if isinstance(value, str) else value for name, value in found.items()}
