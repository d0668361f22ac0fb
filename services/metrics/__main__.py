"""python -m services.metrics serve | api | worker | migrate | dead-letters | rebuild"""

from services.metrics.worker import SERVICE
from shared.service import main

main(SERVICE)
