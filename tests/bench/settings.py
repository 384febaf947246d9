"""The product as it is deployed, for a server that a benchmark starts: no query log of DEBUG, errors to the client."""

from guanai.settings import *  # noqa: F403  # a settings module takes over all of another

DEBUG = False
# A benchmark asks from one address, far more often than a person.
REST_FRAMEWORK = {**REST_FRAMEWORK, "DEFAULT_THROTTLE_CLASSES": []}  # noqa: F405
