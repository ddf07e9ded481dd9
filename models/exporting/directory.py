"""The directory that is written, part by part.

A part is written to `PART.partial` and gets its name when it is whole, so an export that was interrupted goes on with the next
one. `export.json` says what is exported, so that it goes on with nothing else. `model_index.json`, without which a directory is no
model, comes last.
"""

import json
import os
import shutil
from pathlib import Path
from typing import Callable

RECORD, WEIGHTS, INDEX = "export.json", "weights.json", "model_index.json"


class Directory:
    def __init__(self, path: Path, record: dict):
        self.path = path
        self.record = record

    def problems(self) -> list[str]:
        """Why this export cannot be written there."""
        if not self.path.exists():
            return []
        if (self.path / INDEX).exists():
            return [f"{self.path} is a whole model already: name another folder, or remove it"]
        if not (self.path / RECORD).is_file():
            return [f"{self.path} exists already and is no export that was interrupted: name another folder"]
        begun = read_json(self.path / RECORD)
        return [
            f"{self.path} was begun with {name} {begun.get(name)}, not {value}: say that, or name another folder"
            for name, value in self.record.items()
            if begun.get(name) != value
        ]

    def open(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        write_json(self.path / RECORD, self.record)

    def has(self, part: str) -> bool:
        return (self.path / part).is_dir()

    def write(self, part: str, fill: Callable[[Path], dict | None]) -> None:
        """`fill` writes the part's files into the folder that it is given and may return the places of its weights."""
        partial = self.path / f"{part}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        places = fill(partial)
        if places is not None:
            known = read_json(self.path / WEIGHTS) if (self.path / WEIGHTS).exists() else {}
            write_json(self.path / WEIGHTS, {**known, part: places})
        partial.rename(self.path / part)

    def finish(self, folder: Path) -> None:
        """Takes the index out of `folder`, on the same disk: from now on the directory is a model."""
        os.replace(folder / INDEX, self.path / INDEX)


def read_json(path: Path) -> dict:
    return json.loads(path.read_text())


def write_json(path: Path, content: dict) -> None:
    """Whole or not at all."""
    beside = path.with_name(path.name + ".partial")
    beside.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    os.replace(beside, path)
