from aid.forms.children import CertificationForm, ChildEditForm, ChildForm, ConsentForm, EndCareForm, WithdrawalForm
from aid.forms.filters import (
    ChildFilterForm,
    DonationFilterForm,
    EntryFilterForm,
    GrantFilterForm,
    PairingFilterForm,
    VisitFilterForm,
)
from aid.forms.fund import DonationForm, GrantForm, RefusalForm, ReversalForm, StepForm
from aid.forms.pairings import PairingEndForm, PairingForm, VisitForm

__all__ = [
    "CertificationForm",
    "ChildEditForm",
    "ChildFilterForm",
    "ChildForm",
    "ConsentForm",
    "DonationFilterForm",
    "DonationForm",
    "EndCareForm",
    "EntryFilterForm",
    "GrantFilterForm",
    "GrantForm",
    "PairingEndForm",
    "PairingFilterForm",
    "PairingForm",
    "RefusalForm",
    "ReversalForm",
    "StepForm",
    "VisitFilterForm",
    "VisitForm",
    "WithdrawalForm",
]
