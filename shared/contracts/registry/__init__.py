"""Facts of the registry: the plan, institutions, teachers, classes, enrolments, and how they are supervised."""

# Whoever imports the package can read every fact of it: a fact's type is known once its module has been imported.
from shared.contracts.registry import attendance as attendance
from shared.contracts.registry import books as books
from shared.contracts.registry import classes as classes
from shared.contracts.registry import directory as directory
from shared.contracts.registry import enrolments as enrolments
from shared.contracts.registry import flags as flags
from shared.contracts.registry import follow_ups as follow_ups
from shared.contracts.registry import licences as licences
from shared.contracts.registry import plan as plan
from shared.contracts.registry import quality as quality
from shared.contracts.registry import supervision as supervision
from shared.contracts.registry import teachers as teachers
from shared.contracts.registry import timetables as timetables
from shared.contracts.registry.base import TOPIC, RegistryFact

__all__ = ["TOPIC", "RegistryFact"]
