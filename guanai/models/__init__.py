from guanai.models.append_only import AppendOnly, AuditSeal, SealCheck, Sealed, SealRetirement
from guanai.models.attachments import Attachment
from guanai.models.clear_files import ClearFile
from guanai.models.edited import Edited
from guanai.models.entry_keys import EntryKey
from guanai.models.jobs import Job, JobFile, JobPart
from guanai.models.numbers import NumberSeries
from guanai.models.trail import RowEvent, TrailEntry
from guanai.models.view_log import ViewLog

__all__ = [
    "AppendOnly",
    "Attachment",
    "AuditSeal",
    "ClearFile",
    "Edited",
    "EntryKey",
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
