"""Ids."""

from uuid import RFC_4122, UUID

from shared.kernel.ids import new_id


def test_an_id_is_a_plain_uuid_of_version_7() -> None:
    fresh = new_id()

    assert type(fresh) is UUID
    assert fresh.version == 7
    assert fresh.variant == RFC_4122


def test_ids_are_distinct_and_sort_in_the_order_of_making() -> None:
    made = [new_id() for _ in range(2000)]

    assert made == sorted(made)
    assert len(set(made)) == len(made)
