"""python -m services.registry serve | api | worker | migrate | dead-letters | load-plan DIRECTORY"""

from services.registry.worker import SERVICE
from shared.service import main

main(SERVICE)
