"""Delivers to a folder, such as a mounted share or what a web server shows."""

from dataclasses import dataclass
from pathlib import Path

from analytics.delivery.parcel import FILES, Parcel
from analytics.report.files import replace_file
from proxy.errors import Unavailable


@dataclass(frozen=True, slots=True)
class FolderChannel:
    """`<folder>/<experiment>/<time>/` keeps every report, `<folder>/<experiment>/latest/` the last one."""

    folder: Path
    name: str = "folder"

    def deliver(self, parcel: Parcel) -> None:
        """Copy the files, each in one step.

        Raises:
            Unavailable: the folder cannot be written now.
        """
        try:
            for place in (parcel.name, f"{parcel.decision.experiment_id}/latest"):
                for name in FILES:
                    replace_file(self.folder / place / name, parcel.read(name))
        except OSError as error:
            message = f"cannot write to {self.folder} ({error.strerror}); see UNDERSTUDY_DELIVERY_FOLDER"
            raise Unavailable(message) from error
