"""What a checkout says about the machine it was made on: nothing."""

import os
import pwd
from pathlib import Path

from tests.house.tree import ROOT, project_files, relative


def test_no_file_names_a_place_on_this_machine() -> None:
    """Neither the checkout's own path nor the home of whoever works on it is written anywhere."""
    home = pwd.getpwuid(os.getuid()).pw_dir
    places = [f"{place}/".encode() for place in (ROOT, Path(home))]
    telling = [
        relative(path)
        for path in project_files()
        if any(place in path.read_bytes() for place in places)
    ]
    assert telling == []
