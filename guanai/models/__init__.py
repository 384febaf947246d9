from guanai.models.attachments import Attachment
from guanai.models.edited import Edited
from guanai.models.jobs import Job, JobFile, JobPart
from guanai.models.numbers import NumberSeries
from guanai.models.view_log import ViewLog

__all__ = ["Attachment", "Edited", "Job", "JobFile", "JobPart", "NumberSeries", "ViewLog"]
