"""How long something is kept, as people write it: 90d, 18m, 2y."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach_results.models.numbers import counted

_UNITS = {"d": "day", "m": "month", "y": "year"}


@dataclass(frozen=True, slots=True)
class Retention:
    """A number of days, months or years; ``str`` is what `parse` reads."""

    number: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Retention:
        """What 90d, 18m and 2y mean.

        Raises:
            ValueError: it is none of these.
        """
        match = re.fullmatch(r"([1-9][0-9]{0,3})([dmy])", text.strip())
        if match is None:
            raise ValueError("write days, months or years, such as 90d, 18m or 2y")
        return cls(int(match[1]), match[2])

    def __str__(self) -> str:
        return f"{self.number}{self.unit}"

    def words(self) -> str:
        """In words: 18 months."""
        return counted(self.number, _UNITS[self.unit])

    def before(self, now: datetime) -> datetime:
        """The moment that long before another one; of a month that is too short, its last day."""
        if self.unit == "d":
            return now - timedelta(days=self.number)
        months = self.number * (12 if self.unit == "y" else 1)
        year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
        if year < 1:
            return datetime.min.replace(tzinfo=now.tzinfo)
        return now.replace(year=year, month=month + 1, day=min(now.day, calendar.monthrange(year, month + 1)[1]))
