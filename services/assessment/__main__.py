"""python -m services.assessment serve | api | worker | migrate | dead-letters | (load|compare)-standards FILE"""

from services.assessment.worker import SERVICE
from shared.service import main

main(SERVICE)
