"""Every kind of subsidy for people has one owner of their names."""

from __future__ import annotations

from services.assessment.public_lists.usecases import OWNER as ASSESSMENT
from services.registry.public_lists.usecases import OWNER as REGISTRY
from services.subsidy.kinds.rules import KINDS, Basis


def test_the_names_of_a_kind_are_with_the_service_that_owns_what_it_is_built_from() -> None:
    by_basis = {
        owner: {kind for kind, each in KINDS.items() if each.built_from in bases}
        for owner, bases in (
            ("registry", {Basis.CLASS}),
            ("assessment", {Basis.EXAM, Basis.CERTIFICATE}),
        )
    }

    assert by_basis == {"registry": REGISTRY.kinds, "assessment": ASSESSMENT.kinds}
