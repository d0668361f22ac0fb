"""python -m services.assessment serve | api | worker | migrate | dead-letters | … -standards FILE | … -chain PLACE"""

from services.assessment.worker import SERVICE
from shared.service import main

main(SERVICE)
