from guanai.models.append_only import AppendOnly, AuditSeal, SealCheck, Sealed, SealRetirement
from guanai.models.jobs import Job, JobFile, JobPart
from guanai.models.numbers import NumberSeries
from guanai.models.trail import RowEvent, TrailEntry
from guanai.models.view_log import ViewLog

__all__ = [
    "AppendOnly",
    "AuditSeal",
    "Job",
    "JobFile",
    "JobPart",
    "NumberSeries",
    "RowEvent",
    "SealCheck",
    "SealRetirement",
    "Sealed",
    "TrailEntry",
    "ViewLog",
]
