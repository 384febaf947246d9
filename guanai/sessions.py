"""Sessions of the database (SESSION_ENGINE), kept alive without a write for every page."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import db
from django.utils import timezone

# A page read within this time of the last write does not write again.
GRACE = timedelta(minutes=1)


class SessionStore(db.SessionStore):
    """A session that is used ends `SESSION_COOKIE_AGE` after it was last written, and is written once a minute.

    So it ends after 29 to 30 idle minutes. The other way, SESSION_SAVE_EVERY_REQUEST, is a write for every page.
    """

    def load(self) -> dict[str, Any]:
        row = self._get_session_from_db()  # type: ignore[attr-defined]  # as the method that this one replaces
        if row is None:
            return {}
        age = timedelta(seconds=settings.SESSION_COOKIE_AGE)
        if row.expire_date - timezone.now() < age - GRACE:
            self.modified = True
        return self.decode(row.session_data)
