"""What a student has done, kept on disk: one SQLite file to which events are only ever added.

Nothing is overwritten, so two notebooks open at once lose nothing; SQLite makes each event whole
or not there at all, also when the machine goes down. A file that cannot be read is set aside,
never deleted. Where nothing can be written (a read-only folder, a full disk) the notebook says so
once and goes on, with this session's events in memory.
"""

from __future__ import annotations

import datetime
import json
import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from helpers.kit.verdict import NOT_ATTEMPTED, RIGHT, WRONG, strict

FILE = "progress.sqlite"
SCHEMA = 1
_CREATE = """CREATE TABLE event (
    number INTEGER PRIMARY KEY, time TEXT NOT NULL, exercise TEXT NOT NULL, kind TEXT NOT NULL,
    state TEXT NOT NULL, mistakes TEXT NOT NULL, guess TEXT)"""
_COLUMNS = "time, exercise, kind, state, mistakes, guess"
BUSY_SECONDS = 10
"""How long a kernel waits for its turn while another one is writing."""


@dataclass(frozen=True)
class Event:
    """One thing that happened: kind "check", "quiz", "reveal", "predict" or "hint"."""

    time: str
    exercise: str
    kind: str
    state: str = ""
    mistakes: tuple[str, ...] = ()
    guess: str | None = None


@dataclass
class Standing:
    """Where a student stands with one exercise; solved once is solved."""

    state: str = NOT_ATTEMPTED
    attempts: int = 0
    first_solved: str | None = None
    mistakes: list[str] = field(default_factory=list)


class Store:
    """The events of one folder.

    Parameters
    ----------
    folder : path
        Where `progress.sqlite` lies; made if it is not there.
    tell : callable
        Gets the sentence when something is the matter; called once for each matter.

    Notes
    -----
    No method raises because of the disk: what cannot be kept there is kept in `memory`.
    """

    def __init__(self, folder, tell=print):
        self.path = Path(folder) / FILE
        self.tell = tell
        self.memory: list[Event] = []
        self._sound = False  # whether this process has seen the file whole
        self._told: set[str] = set()

    def add(
        self, exercise: str, kind: str, state: str = "", mistakes: Iterable[str] = (), guess=None
    ) -> None:
        """Keep one event."""
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        event = Event(now, exercise, kind, state, tuple(mistakes), guess)
        self.memory.append(event)
        rows = [(e.time, e.exercise, e.kind, e.state, json.dumps(e.mistakes), e.guess)
                for e in self.memory]  # fmt: skip
        written = self._with_file(
            lambda db: db.executemany(f"INSERT INTO event ({_COLUMNS}) VALUES (?,?,?,?,?,?)", rows),
            "BEGIN IMMEDIATE",
        )
        if written is not None:
            self.memory.clear()

    def events(self) -> list[Event]:
        """All events, oldest first; those that could not be written come last."""
        query = f"SELECT {_COLUMNS} FROM event ORDER BY number"
        rows = self._with_file(lambda db: db.execute(query).fetchall())
        kept = [Event(*r[:4], tuple(_names(r[4])), r[5]) for r in rows or []]
        return kept + self.memory

    def prediction(self, exercise: str) -> str | None:
        """What was last predicted for an exercise, as text; None if nothing was."""
        found = [e.guess for e in self.events() if e.exercise == exercise and e.kind == "predict"]
        return found[-1] if found else None

    def standings(self) -> dict[str, Standing]:
        """Where the student stands with every exercise that has events."""
        table: dict[str, Standing] = {}
        for event in self.events():
            standing = table.setdefault(event.exercise, Standing())
            if event.kind not in ("check", "quiz", "reveal") or event.state == NOT_ATTEMPTED:
                continue
            standing.attempts += 1
            standing.mistakes += [m for m in event.mistakes if m not in standing.mistakes]
            if event.state == RIGHT:
                standing.first_solved = standing.first_solved or event.time
            standing.state = RIGHT if standing.first_solved else WRONG
        return table

    # --- the file ---

    def _with_file(self, work, begin: str = "BEGIN"):
        """Do `work(connection)` in one transaction; None if the file is not to be had."""
        for last_try in (False, True):
            seen = self._identity()
            try:
                with closing(self._open()) as db:
                    db.execute(begin)
                    result = work(db)
                    db.execute("COMMIT")
                return result
            except _Unusable as reason:
                self._say(str(reason))
                return None
            except (sqlite3.Error, OSError) as error:
                if last_try or not _damage(error):
                    self._say(f"Your progress cannot be kept in {self.path} ({error}). "
                              "The notebook works all the same.")  # fmt: skip
                    return None
                if not self._set_aside(seen):
                    return None
        return None

    def _identity(self) -> int | None:
        """Which file lies there at the moment: another one after somebody set it aside."""
        try:
            return os.stat(self.path).st_ino
        except OSError:
            return None

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # isolation_level None: transactions begin and end where the code says so.
        db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            self._examine(db)
        except BaseException:
            db.close()
            raise
        return db

    def _examine(self, db: sqlite3.Connection) -> None:
        """Make the table in a new file; the first time in this process, look whether all is whole.

        Raises
        ------
        sqlite3.DatabaseError
            If the file is damaged.
        _Unusable
            If it was written by a newer version of the course.
        """
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA:
            raise _Unusable(
                f"{self.path} was written by a newer version of this course, so it is left as it "
                "is; what you do now is remembered only until the kernel stops."
            )
        if version == 0:
            db.execute("BEGIN IMMEDIATE")
            if db.execute("PRAGMA user_version").fetchone()[0] == 0:  # no other kernel was faster
                db.execute(_CREATE)
                db.execute(f"PRAGMA user_version = {SCHEMA}")
            db.execute("COMMIT")
        if not self._sound:
            report = db.execute("PRAGMA integrity_check").fetchone()[0]
            if report != "ok":
                raise sqlite3.DatabaseError(f"malformed: {report}")
            db.execute(f"SELECT {_COLUMNS} FROM event LIMIT 1").fetchone()
            self._sound = True

    def _set_aside(self, seen: int | None) -> bool:
        """Rename the damaged file, so that a new one can be begun and nothing is deleted."""
        self._sound = False
        if self._identity() != seen:
            return True  # another kernel was faster
        moment = datetime.datetime.now().strftime("%Y%m%d-%H%M%S-%f")
        aside = self.path.with_name(f"progress.damaged-{moment}.sqlite")
        try:
            journal = Path(f"{self.path}-journal")
            os.replace(self.path, aside)
            if journal.exists():
                os.replace(journal, f"{aside}-journal")
        except FileNotFoundError:
            return True  # another kernel was faster
        except OSError as error:
            self._say(f"The record of your progress, {self.path}, is damaged and cannot be set "
                      f"aside ({error}). The notebook works all the same.")  # fmt: skip
            return False
        self._say(f"The record of your progress was damaged. It is set aside as {aside.name} in "
                  f"{aside.parent}, and a new one is begun.")  # fmt: skip
        return True

    def _say(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.add(sentence)
            self.tell(sentence)


class _Unusable(Exception):
    """The file is whole but not ours to write."""


def _damage(error: Exception) -> bool:
    """Whether an error says that the file itself is broken, not its surroundings."""
    text = str(error)
    if isinstance(error, sqlite3.OperationalError):  # locked, full, read-only … or another table
        return "no such" in text or "already exists" in text
    return isinstance(error, sqlite3.DatabaseError)


def _names(text: str) -> list[str]:
    try:
        return [str(name) for name in json.loads(text)]
    except (TypeError, ValueError):
        return []


# --- the course's own store ----------------------------------------------------------------------

_stores: dict[Path, Store] = {}


def folder() -> Path:
    """Where progress is kept: $COURSE_PROGRESS, else `progress/` in the course's folder."""
    chosen = os.environ.get("COURSE_PROGRESS")
    if chosen:
        return Path(chosen).expanduser()
    course = Path(__file__).resolve().parents[2]
    installed = not (course / "pyproject.toml").exists()  # helpers lies in site-packages
    return (Path.cwd() if installed else course) / "progress"


def store() -> Store:
    """The store of `folder()`; one object for each folder."""
    where = folder()
    if where not in _stores:
        _stores[where] = Store(where)
    return _stores[where]


def is_kept() -> bool:
    """Whether what happens is a student's work: not in a solved notebook, nor while one is made."""
    return not strict() and os.environ.get("COURSE_PROGRESS") != "off"


def record(exercise: str, kind: str, state: str = "", mistakes=(), guess=None) -> None:
    """Keep one event, where progress is kept."""
    if is_kept():
        store().add(exercise, kind, state, mistakes, guess)
