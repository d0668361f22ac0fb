"""Facts of the subsidy: claims, budgets, and what the bank paid twice."""

# Whoever imports the package can read every fact of it: a fact's type is known once its module has been imported.
from shared.contracts.subsidy import books as books
from shared.contracts.subsidy import budgets as budgets
from shared.contracts.subsidy import claims as claims
from shared.contracts.subsidy import double_payments as double_payments
from shared.contracts.subsidy.base import TOPIC, SubsidyFact, SubsidyKind

__all__ = ["TOPIC", "SubsidyFact", "SubsidyKind"]
