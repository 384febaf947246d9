from guanai.models.jobs import Job, JobFile, JobPart
from guanai.models.numbers import NumberSeries
from guanai.models.view_log import ViewLog

__all__ = ["Job", "JobFile", "JobPart", "NumberSeries", "ViewLog"]
