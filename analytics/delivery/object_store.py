"""Delivers to a bucket of an S3-compatible object store."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

from analytics.delivery.parcel import FILES, Parcel
from proxy.errors import Refused, Unavailable

if TYPE_CHECKING:
    from obstore.store import S3Store

_TYPES = {
    "report.html": "text/html; charset=utf-8",
    "report.md": "text/markdown; charset=utf-8",
    "decision.json": "application/json",
}
_REFUSALS = (FileNotFoundError, PermissionDeniedError, UnauthenticatedError)
"""What obstore raises for a bucket that is not there and for keys that may not write."""


@dataclass(frozen=True, slots=True)
class ObjectStoreChannel:
    """`<prefix>/<experiment>/<time>/` keeps every report, `<prefix>/<experiment>/latest/` the last one."""

    store: "S3Store" = field(repr=False)
    name: str = "object-store"

    def deliver(self, parcel: Parcel) -> None:
        """Put the files; a repeat puts the same bytes under the same keys.

        Raises:
            Unavailable: the store does not answer or cannot take them now.
            Refused: there is no such bucket, or the keys may not write there.
        """
        files = {name: parcel.read(name) for name in FILES}
        try:
            for place in (parcel.name, f"{parcel.decision.experiment_id}/latest"):
                for name, data in files.items():
                    kind = {"Content-Type": _TYPES[name]}
                    obstore.put(self.store, f"{place}/{name}", data, attributes=kind, use_multipart=False)
        except _REFUSALS as error:
            message = f"the object store refuses the report ({type(error).__name__}); see UNDERSTUDY_DELIVERY_BUCKET"
            raise Refused(message) from None
        except BaseError as error:
            message = f"the object store cannot take the report now ({type(error).__name__})"
            raise Unavailable(message) from None
