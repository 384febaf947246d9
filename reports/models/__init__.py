from reports.models.evaluation import Evaluation, ItemScore, Scheme, SchemeItem

__all__ = ["Evaluation", "ItemScore", "Scheme", "SchemeItem"]
