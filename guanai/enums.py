from django.db import models


class JobState(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "生成中"
    ASSEMBLING = "assembling", "汇编中"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"
    CANCELLED = "cancelled", "已停止"


class PartState(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "生成中"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"
    CANCELLED = "cancelled", "已停止"


class Change(models.TextChoices):
    """What happened to a row."""

    INSERT = "insert", "新增"
    UPDATE = "update", "修改"
    DELETE = "delete", "删除"


class Verb(models.TextChoices):
    """What happens and is no change of a row. Roles and accounts are rows: their changes are in the row history. What
    an administrator does to somebody's sign-in stands here too: its owner is told."""

    SIGN_IN = "sign_in", "登录"
    SIGN_IN_FAILED = "sign_in_failed", "登录失败"
    LOCKED_OUT = "locked_out", "登录锁定"
    SIGN_OUT = "sign_out", "退出"
    CODE_PASSED = "code_passed", "通过双因素验证"
    CODE_REFUSED = "code_refused", "验证码不对"
    UNLOCKED = "unlocked", "解锁账号"
    PASSWORD_RESET = "password_reset", "重置密码"
    FACTOR_RESET = "factor_reset", "重置双因素验证"
    EXPORTED = "exported", "导出"
    DOWNLOADED = "downloaded", "下载"
    UPLOAD_REFUSED = "upload_refused", "拒收文件"
    DENIED = "denied", "越权访问"
    EXPIRED = "expired", "到期删除"
    WITHDRAWN = "withdrawn", "撤下登记"
    KEYS_ROTATED = "keys_rotated", "更换密钥"
    HANDED_OVER = "handed_over", "移交"
    MERGED = "merged", "合并登记"


class Finding(models.TextChoices):
    """What `verify_audit` can find."""

    CHANGED = "row changed", "有记录被改动"
    REMOVED = "row removed", "有记录被删除"
    INSERTED = "row inserted", "有记录被插入"
    SEAL_CHANGED = "seal changed", "封存被改动"
    SEAL_REMOVED = "seal removed", "封存被删除"
    KEY = "key missing", "封存所用的密钥没有配置"
    TAIL = "cut tail", "最近的封存被截去"
    FILE = "file outside", "库外封存文件缺失或被改动"
