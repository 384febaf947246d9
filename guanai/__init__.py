"""The platform under every app: settings, long work, encryption, files, trail."""

from guanai.celery import app as celery_app

__all__ = ["celery_app"]
