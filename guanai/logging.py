"""structlog: one line per event, JSON outside DEBUG; no personal data."""

import logging
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

SHARED_PROCESSORS: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.StackInfoRenderer(),
]


class RequestLogMiddleware(RequestMiddleware):
    """Logs the path of a request without its query, where a searched name would stand."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"


class PlainRefusals(logging.Filter):
    """Somebody refused is one line: where the code said no is no news, and twenty lines of it hide what is."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], PermissionDenied):
            record.exc_info = None
        return True


def logging_settings(*, readable: bool, level: str) -> dict[str, Any]:
    """Django's LOGGING: `readable` for a person at a terminal, otherwise one JSON object a line on stderr."""
    # Locals of a frame may hold a decrypted field: tracebacks are written without them, in DEBUG too.
    if readable:
        rendering: list[structlog.typing.Processor] = [
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        ]
    else:
        rendering = [
            structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED_PROCESSORS,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "events": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED_PROCESSORS,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
            }
        },
        "filters": {"plain_refusals": {"()": PlainRefusals}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "events"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.request": {"filters": ["plain_refusals"]},
            # Replaced by the request events of RequestLogMiddleware, which carry no query.
            "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        },
    }
