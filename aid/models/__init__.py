from aid.models.children import Certification, Child, Consent
from aid.models.fund import Donation, FundAccount, Grant, LedgerEntry
from aid.models.help import Help
from aid.models.pairings import Pairing, Visit

__all__ = [
    "Certification",
    "Child",
    "Consent",
    "Donation",
    "FundAccount",
    "Grant",
    "Help",
    "LedgerEntry",
    "Pairing",
    "Visit",
]
